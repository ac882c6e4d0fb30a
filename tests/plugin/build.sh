#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build.sh [--if-possible] BUILD DIRECTORY [SOURCE]
#
# Builds an nvme-cli source tree with the plugin: copies SOURCE to DIRECTORY/tree, installs the plugin
# there, builds against what `cmake --install BUILD` installs to DIRECTORY/prefix, and prints the path
# of the program. What is there is used again as long as nothing that it is made of has changed.
#
# SOURCE         default: the source package of Debian 12
# --if-possible  succeeds also where there is no source, or not what it takes to build it
set -euo pipefail
export LC_ALL=C

die() {
    printf 'build.sh: %s\n' "$*" >&2
    exit 1
}

unavailable() {
    printf 'build.sh: %s\n' "$*" >&2
    $if_possible && exit 0 || exit 1
}

if_possible=false
if [[ ${1-} == --if-possible ]]; then
    if_possible=true
    shift
fi
(($# == 2 || $# == 3)) || {
    sed -n '4,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
directory=$(cd "$2" && pwd)
source=${3-}
readonly root build directory
readonly program=$directory/tree/.build/nvme log=$directory/log

for tool in meson ninja cmake pkg-config cc; do
    command -v "$tool" >/dev/null || unavailable "$tool is not installed (tools/packages.txt names the packages)"
done
for package in libnvme-mi json-c; do
    pkg-config --exists "$package" || unavailable "pkg-config does not find $package (tools/packages.txt)"
done
if [[ -z $source ]]; then
    source=$("$root/tests/plugin/source.sh" bookworm) || unavailable "there is no source"
fi

exec 9>"$directory/lock"
flock -w 900 9 || die "another build.sh holds $directory/lock"

logged() {
    "$@" >"$log" 2>&1 9>&- || {
        grep -nE -A4 '(error|FAILED):' "$log" | head -n 60 >&2 || true
        tail -n 20 "$log" >&2
        die "$1 failed; see above"
    }
}

logged cmake --install "$build" --prefix "$directory/prefix"
# The library itself and not when it was installed: an installation touches what it does not change.
made_of=$({
    printf '%s\n' "$source"
    find "$root/plugins/nvme-cli" "$directory/prefix" -type f \
        \( -name '*.c' -o -name '*.h' -o -name '*.build' -o -name '*.sh' -o -name 'libhaoh*' -o -name haoh.pc \) |
        sort | xargs -d '\n' sha256sum
    sha256sum "$root/tests/plugin/build.sh"
} | sha256sum)
if [[ -x $program && $(cat "$directory/made-of" 2>/dev/null) == "$made_of" ]]; then
    printf '%s\n' "$program"
    exit 0
fi

rm -rf "$directory/tree" "$directory/made-of"
cp -R "$source" "$directory/tree"
logged "$root/plugins/nvme-cli/install-into.sh" "$directory/tree"
pc=$(dirname "$(find "$directory/prefix" -name haoh.pc)")
export PKG_CONFIG_PATH=$pc${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
cd "$directory/tree"
# Nothing is fetched in place of a library that is missing.
logged meson setup --wrap-mode=nofallback -Dwerror=false .build
logged ninja -C .build nvme
warnings=$(grep -E '^(\.\./)?plugins/haoh/.*warning:' "$log" || true)
[[ -z $warnings ]] || die "the plugin compiles with warnings: $warnings"
printf '%s\n' "$made_of" >"$directory/made-of"
printf '%s\n' "$program"
