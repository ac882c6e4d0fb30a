#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Uses the library the ways that other projects do, from C++ and from C: find_package, pkg-config
# (both from an installation, static and shared) and add_subdirectory. What an installation has, what
# the shared library exports; each public header compiles by itself.
#
# usage: consumer_test.sh BUILD_DIR    a build directory whose targets haoh, haoh_tool and
#                                      haoh-arraysim are built
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd) || exit 2
work=$(mktemp -d)
# The library's build is as far from the sources as BUILD_DIR is, so that ccache knows its objects
# already: they are the same for a static and a shared library.
library=$build-consumer
subdirectory=$work/consumer
trap 'rm -rf "$work" "$library"' EXIT
rm -rf "$library"
# shellcheck source=../support/cases.sh
. "$here/../support/cases.sh"
begin_cases "$work/log"

# The flags of that build, for the same reason.
mapfile -t flags < <(sed -nE \
    's/^(CMAKE_BUILD_TYPE|CMAKE_CXX_COMPILER|CMAKE_CXX_FLAGS[A-Z_]*|CMAKE_UNITY_BUILD[A-Z_]*):[A-Z]+=(.*)$/-D\1=\2/p' \
    "$build/CMakeCache.txt")

configure_and_build() { # SOURCE, BUILD, options
    local source=$1 target=$2
    shift 2
    cmake -G Ninja -S "$source" -B "$target" "${flags[@]}" "$@" && cmake --build "$target" -j2
}

compile_with_pkg_config() { # COMPILER, SOURCE, PROGRAM, options of pkg-config
    local compiler=$1 source=$2 program=$3 words
    shift 3
    words=$(pkg-config "$@" --cflags --libs haoh) || return
    # shellcheck disable=SC2086 # words
    $compiler "$source" $words -o "$program"
}

try_installation() { # KIND, PREFIX
    local kind=$1 prefix=$2 libraries
    local -x PKG_CONFIG_PATH
    PKG_CONFIG_PATH=$(find "$prefix" -name haoh.pc -printf '%h\n')
    libraries=${PKG_CONFIG_PATH%/pkgconfig}
    holds "$kind, find_package: builds" configure_and_build "$here/find_package" \
        "$work/find-$kind" -DCMAKE_PREFIX_PATH="$prefix" &&
        holds "$kind, find_package: runs" "$work/find-$kind/consumer"
    holds "$kind, pkg-config: builds" compile_with_pkg_config "g++ -std=c++20" \
        "$here/consumer.cpp" "$work/pc-$kind" &&
        holds "$kind, pkg-config: runs" env LD_LIBRARY_PATH="$libraries" "$work/pc-$kind"

    local static=()
    [[ $kind != static ]] || static=(--static)
    holds "$kind, find_package from C: builds" configure_and_build "$here/find_package_c" \
        "$work/find-c-$kind" -DCMAKE_PREFIX_PATH="$prefix" &&
        holds "$kind, find_package from C: runs" "$work/find-c-$kind/consumer"
    holds "$kind, pkg-config from C: builds" compile_with_pkg_config \
        "gcc -std=c99 -Wall -Wextra -Wpedantic -Werror" "$here/consumer.c" "$work/pc-c-$kind" "${static[@]}" &&
        holds "$kind, pkg-config from C: runs" env LD_LIBRARY_PATH="$libraries" "$work/pc-c-$kind"
}

# A caller in C of the shared library neither names nor loads the C++ library itself.
c_needs_no_cpp() {
    local PKG_CONFIG_PATH
    PKG_CONFIG_PATH=$(find "$work/shared" -name haoh.pc -printf '%h\n')
    export PKG_CONFIG_PATH
    ! pkg-config --libs haoh | grep -E 'stdc|fmt|nvme|toml' &&
        ! readelf -d "$work/pc-c-shared" | grep -E 'NEEDED.*(stdc|fmt|nvme|toml)'
}

# The functions that haoh.h and what it includes declare with HAOH_API, sorted. Below $1.
declared_functions() {
    cat "$1"/haoh/{haoh,accept}.h | sed -z 's/\n */ /g' | grep -oE 'HAOH_API [^;]*;' | sed -E 's/ *\(.*//; s/.*[ *]//' | sort
}

exports_are_as_declared() {
    local library exported status=0
    library=$(find "$work/shared" -name 'libhaoh.so.*' -type f)
    readelf -d "$library" | grep 'SONAME.*\[libhaoh\.so\.1\]' >/dev/null || { echo "SONAME" && status=1; }
    exported=$(nm -D --defined-only "$library" | awk '{ print $NF }' | grep -vE '^HAOH_(CXX_)?[0-9.]+(@|$)')
    diff <(declared_functions "$work/shared/include") \
        <(sed -nE 's/^(haoh_[a-z_0-9]*)@@HAOH_1\.[0-9]+$/\1/p' <<<"$exported" | sort) || status=1
    # A C++ name is one of namespace haoh, or a template of the C++ library for a type of it, with the
    # version of the C++ interface.
    if grep -vE '^haoh_[a-z_0-9]*@@HAOH_1\.[0-9]+$' <<<"$exported" | grep -vE '^_Z.*4haoh.*@@HAOH_CXX_[0-9.]+$'; then
        echo "exported, but neither C nor of namespace haoh"
        status=1
    fi
    return $status
}

installation_is_complete() {
    local prefix=$work/static path status=0 man
    local paths=(
        bin/haoh bin/haoh-arraysim
        include/haoh/haoh.h include/haoh/accept.h include/haoh/check.hpp
        share/man/man1/haoh.1 share/man/man1/haoh-check.1 share/man/man1/haoh-arraysim.1
        share/man/man3/libhaoh.3 share/man/man5/haoh.toml.5 share/man/man5/haoh-waivers.5
        share/bash-completion/completions/haoh share/bash-completion/completions/haoh-arraysim
        share/zsh/site-functions/_haoh share/zsh/site-functions/_haoh-arraysim
        share/fish/vendor_completions.d/haoh.fish share/fish/vendor_completions.d/haoh-arraysim.fish
        lib/systemd/system/haoh-monitor.service
        share/haoh/schema/report-1.schema.json
        share/doc/haoh/README.md share/doc/haoh/examples/pair.toml
    )
    for path in "${paths[@]}"; do
        [[ -s $prefix/$path ]] || { echo "missing: $path" && status=1; }
    done
    for man in "$here"/../../docs/man/*.[1-9]; do
        [[ -s $prefix/share/man/man${man##*.}/${man##*/} ]] || { echo "missing: $man" && status=1; }
    done
    grep -qx "ExecStart=$prefix/bin/haoh monitor .*" "$prefix/lib/systemd/system/haoh-monitor.service" ||
        { echo "the unit does not start what was installed" && status=1; }
    return $status
}

# The archive is used elsewhere than where it was made for.
tarball_runs() {
    local top
    cpack --config "$build/CPackConfig.cmake" -G TGZ -B "$work/cpack" || return
    mkdir "$work/unpacked" && tar -xzf "$work"/cpack/haoh-*.tar.gz -C "$work/unpacked" || return
    top=$(echo "$work"/unpacked/haoh-*)
    "$top/bin/haoh" --version && "$top/bin/haoh-arraysim" --check "$top/share/doc/haoh/examples/pair.toml" || return
    ! grep -rIF "$build" "$top/lib" "$top/share" || return
    ! grep -rIF "$work" "$top/lib" "$top/share" || return
    PKG_CONFIG_PATH=$(find "$top" -name haoh.pc -printf '%h') \
        compile_with_pkg_config gcc "$here/consumer.c" "$work/pc-tarball" --static && "$work/pc-tarball"
}

# The example of libhaoh(3) is C, and the page names each function.
manual_is_true() {
    local page=$here/../../docs/man/libhaoh.3
    sed -n '/^\.Bd -literal/,/^\.Ed/{/^\./d;s/\\e/\\/g;p}' "$page" >"$work/example.c" &&
        gcc -std=c99 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I "$work/static/include" "$work/example.c" &&
        diff <(declared_functions "$work/static/include") \
            <(sed -n '/^\.Sh FUNCTIONS/,/^\.Sh RETURN/s/^\.Fn \(haoh_[a-z_]*\).*/\1/p' "$page" | sort)
}

headers_compile() {
    cd "$work/static/include" || return
    find . -name '*.hpp' -printf '%P\0' | xargs -0 -n 4 -P 2 bash -c '
        for header; do
            printf "#include <%s>\n" "$header" | g++ -std=c++20 -Wall -Wextra -Wpedantic -Werror \
                -fsyntax-only -I . -x c++ - || exit 255
        done' -
}

header_is_c() {
    local standard
    for standard in c99 c11 c17; do
        printf '#include <haoh/accept.h>\n#include <haoh/haoh.h>\n' | gcc -std=$standard -Wall -Wextra -Wpedantic -Wstrict-prototypes \
            -Werror -fsyntax-only -I "$work/static/include" -x c - || return
    done
}

holds "static: installs" cmake --install "$build" --prefix "$work/static" &&
    try_installation static "$work/static"
holds "an installation is complete" installation_is_complete
holds "libhaoh(3): the example compiles, each function is named" manual_is_true
holds "cpack: the tarball unpacks and runs" tarball_runs

# HAOH_WARNINGS_AS_ERRORS and the place of the build only for the sake of the same objects.
holds "add_subdirectory, shared: builds" configure_and_build "$here/add_subdirectory" \
    "$subdirectory" -DBUILD_SHARED_LIBS=ON -DHAOH_WARNINGS_AS_ERRORS=ON -DHAOH_INSTALL=ON \
    -DCONSUMER_LIBRARY_BUILD="$library" && {
    holds "add_subdirectory, shared: runs" "$subdirectory/consumer"
    holds "add_subdirectory from C: runs" "$subdirectory/consumer_c"
    holds "shared: installs" cmake --install "$subdirectory" --prefix "$work/shared" &&
        try_installation shared "$work/shared"
    holds "shared, from C: no C++ library is asked for" c_needs_no_cpp
    holds "shared: what is declared is exported, and nothing else" exports_are_as_declared
    holds "shared: from Python, by ctypes" "$here/python_agent_test.py" \
        "$(find "$work/shared" -name libhaoh.so.1)" "$build/tools/arraysim/haoh-arraysim"
}
holds "add_subdirectory: our warnings are not theirs" cmake -G Ninja -S "$here/add_subdirectory" \
    -B "$work/plain" "${flags[@]}"
holds "each installed header compiles by itself" headers_compile
holds "haoh.h is C" header_is_c

end_cases
