#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build-debs.sh [OUTDIR]
#
# Builds the Debian packages libhaoh1, libhaoh-dev, haoh and haoh-arraysim (and those with debugging
# symbols) out of this source tree into OUTDIR, by default build/debs. For the Debian release that
# this machine runs; the packages that a build needs must be there (dpkg-checkbuilddeps says which
# are not; `apt-get build-dep tools/packaging` as root installs them).
#
# Environment: DEB_BUILD_OPTIONS as for dpkg-buildpackage (parallel=N, by default all processors);
# HAOH_CCACHE=1 compiles through ccache.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$here/../.." && pwd)
die() {
    printf 'build-debs.sh: %s\n' "$*" >&2
    exit 1
}
[[ ${1-} != -* ]] || {
    sed -n '4,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}
command -v dpkg-buildpackage >/dev/null || die "dpkg-buildpackage is missing; install dpkg-dev and debhelper"
mkdir -p "${1:-$tree/build/debs}"
output=$(cd "${1:-$tree/build/debs}" && pwd)

version=$(sed -nE 's/^project\(haoh VERSION ([0-9.]+).*/\1/p' "$tree/CMakeLists.txt")
packaged=$(sed -nE '1s/^haoh \(([0-9.]+)-.*/\1/p' "$here/debian/changelog")
[[ $version == "$packaged" ]] || die "CMakeLists.txt says $version, debian/changelog $packaged"

# debian/ has to be at the top of what is built, and a build must not write into the sources. Always
# the same directory, for ccache.
work=$output/work
rm -rf "$work"
trap 'rm -rf "$work"' EXIT
source=$work/haoh-$version
mkdir -p "$source"
cd "$tree"
if files=$(git -c safe.directory='*' ls-files --cached --others --exclude-standard 2>/dev/null); then
    while IFS= read -r file; do
        [[ ! -e $file ]] || printf '%s\n' "$file"
    done <<<"$files" | tar -c -T - | tar -x -C "$source"
else # the sources as a tarball
    tar -c --exclude=./build --exclude=./.git . | tar -x -C "$source"
fi
cp -r "$here/debian" "$source/debian"

cd "$source"
[[ ${DEB_BUILD_OPTIONS-} == *parallel=* ]] ||
    export DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:+$DEB_BUILD_OPTIONS }parallel=${jobs:=$(nproc)}"
dpkg-buildpackage -us -uc -b
rm -f "$output"/*.deb "$output"/*.changes "$output"/*.buildinfo
mv "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$output/"
ls "$output"/*.deb
