#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# packages_test.sh [OUTDIR]
#
# Builds the Debian packages on a Debian 12 of their own, asks lintian, and installs, uses and removes
# them in a clean one. Prints "ok - CASE" or "not ok - CASE" lines. The packages stay in OUTDIR, which
# is below the source tree; by default build/debs. Needs root (or sudo) and the Debian archive.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$here/../.." && pwd)
support=$tree/tests/support
output=${1:-build/debs}
cd "$tree" || exit 2
mkdir -p "$output"
log=$output/test.log
# shellcheck source=../support/cases.sh
. "$support/cases.sh"
begin_cases "$log"

show_said() {
    if grep -qE '(error|FAILED):' "$log"; then
        grep -E -A4 '(error|FAILED):' "$log" | head -n 60
    fi
    tail -n 40 "$log"
}

prepare_builder() {
    builder=$("$support/debian_root.sh" bookworm-build devscripts lintian ccache) &&
        "$support/in_root.sh" --root "$builder" --writable -- bash -c '
            set -e
            export DEBIAN_FRONTEND=noninteractive
            # Nothing is asked of the network when all is there.
            dpkg-checkbuilddeps tools/packaging/debian/control && exit
            apt-get -qq update
            apt-get -qq build-dep -y ./tools/packaging'
}

build() {
    "$support/in_root.sh" --root "$builder" -- \
        env HAOH_CCACHE=1 DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS-}" tools/packaging/build-debs.sh "$output"
}

# Its remarks of less weight (spelling it finds in machine code) are kept for reading.
lint() {
    # shellcheck disable=SC2016 # for the inner shell
    "$support/in_root.sh" --root "$builder" -- bash -c '
        # With --show-overrides it would fail on what is overridden, too.
        lintian --allow-root --tag-display-limit 0 --display-info \
            --fail-on error,warning "$0"/*.changes' "$output"
}

all_four_are_there() {
    local package
    for package in libhaoh1 libhaoh-dev haoh haoh-arraysim; do
        ls "$output/${package}"_*.deb || return
    done
}

use() {
    local clean archives
    clean=$("$support/debian_root.sh" bookworm) || return
    archives=$(dirname "$clean")/archives
    mkdir -p "$archives/partial"
    "$support/in_root.sh" --root "$clean" --bind "$archives:/var/cache/apt/archives" -- \
        tests/packaging/use_packages.sh "$output"
}

if holds "a Debian 12 with what the build needs" prepare_builder &&
    holds "the packages are built" build; then
    holds "there are four packages" all_four_are_there
    holds "lintian finds no error and nothing to warn of" lint
    cp "$log" "$output/lintian.txt"
    joins use
fi
end_cases
