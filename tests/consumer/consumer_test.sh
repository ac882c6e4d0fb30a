#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Uses the library the ways that other projects do: find_package, pkg-config (both from an
# installation, static and shared) and add_subdirectory. Each public header compiles by itself.
#
# usage: consumer_test.sh BUILD_DIR    a build directory whose target `haoh` is built
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd) || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

step() { # NAME, a command that has to succeed
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        printf 'ok - %s\n' "$name"
    else
        tail -n 30 "$work/log"
        printf 'not ok - %s\n' "$name"
        failed=1
        return 1
    fi
}

# The flags of that build, so that ccache knows the library's objects already.
mapfile -t flags < <(sed -nE \
    's/^(CMAKE_BUILD_TYPE|CMAKE_CXX_COMPILER|CMAKE_CXX_FLAGS[A-Z_]*):[A-Z]+=(.*)$/-D\1=\2/p' \
    "$build/CMakeCache.txt")

configure_and_build() { # SOURCE, BUILD, options
    local source=$1 target=$2
    shift 2
    cmake -G Ninja -S "$source" -B "$target" "${flags[@]}" "$@" && cmake --build "$target" -j2
}

try_installation() { # KIND, PREFIX
    local kind=$1 prefix=$2 pc
    step "$kind, find_package: builds" configure_and_build "$here/find_package" \
        "$work/find-$kind" -DCMAKE_PREFIX_PATH="$prefix" &&
        step "$kind, find_package: runs" "$work/find-$kind/consumer"

    pc=$(find "$prefix" -name haoh.pc -printf '%h\n')
    # shellcheck disable=SC2046 # the flags are words
    step "$kind, pkg-config: builds" env PKG_CONFIG_PATH="$pc" bash -c '
        set -e
        words=$(pkg-config --cflags --libs haoh)
        g++ -std=c++20 "$1" $words -o "$2"' - "$here/consumer.cpp" "$work/pc-$kind" &&
        step "$kind, pkg-config: runs" env LD_LIBRARY_PATH="${pc%/pkgconfig}" "$work/pc-$kind"
}

step "static: installs" cmake --install "$build" --prefix "$work/static" &&
    try_installation static "$work/static"

# HAOH_WARNINGS_AS_ERRORS and HAOH_CCACHE only for the sake of the same objects.
step "add_subdirectory, shared: builds" configure_and_build "$here/add_subdirectory" \
    "$work/subdirectory" -DBUILD_SHARED_LIBS=ON -DHAOH_WARNINGS_AS_ERRORS=ON -DHAOH_CCACHE=ON \
    -DHAOH_INSTALL=ON &&
    step "add_subdirectory, shared: runs" "$work/subdirectory/consumer" &&
    step "shared: installs" cmake --install "$work/subdirectory" --prefix "$work/shared" &&
    try_installation shared "$work/shared"
step "add_subdirectory: our warnings are not theirs" cmake -G Ninja -S "$here/add_subdirectory" \
    -B "$work/plain" "${flags[@]}"

headers_compile() {
    local header status=0
    while IFS= read -r header; do
        printf '#include <%s>\n' "${header#"$work/static/include/"}" |
            g++ -std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
                -I "$work/static/include" -x c++ - || status=1
    done < <(find "$work/static/include" -name '*.hpp')
    return $status
}
step "each installed header compiles by itself" headers_compile

exit $failed
