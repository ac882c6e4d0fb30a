#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make-patches.sh [--check]
#
# Makes debian/*.patch, the plugin for the nvme-cli packages of Debian's releases: what
# install-into.sh does, for debian/patches. Gets the source packages where they are not there yet.
# With --check nothing is written, and it fails when a patch is not what it would be.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here

check=false
case ${1-} in
    '') ;;
    --check) check=true ;;
    *)
        sed -n '4,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# SUITE, VERSION, the directory with the package's source
make_patch() {
    rm -rf "$work/a" "$work/b"
    mkdir "$work/a"
    # Only what install-into.sh looks at.
    cp -R "$3/meson.build" "$3/nvme.h" "$work/a/"
    mkdir "$work/a/plugins"
    cp "$3/plugins/meson.build" "$work/a/plugins/"
    cp -R "$work/a" "$work/b"
    "$here/install-into.sh" "$work/b" >&2
    cat <<HEADER
Description: nvme haoh, a plugin that checks stretched NVMe-oF subsystems
SPDX-License-Identifier: GPL-2.0-only
Origin: other, made by plugins/nvme-cli/make-patches.sh of haoh
Forwarded: not-needed
Applies-To: nvme-cli $2 ($1)
---
HEADER
    # Without the times of files, so that the same sources make the same patch.
    (cd "$work" && diff -ruN a b || (($? == 1))) |
        sed -E 's/^(---|\+\+\+) ([^\t]*)\t.*/\1 \2/; s/^diff -ruN .*/diff -ruN/' |
        grep -vx 'diff -ruN'
}

failed=0
for suite in bookworm trixie; do
    source=$("$here/../../tests/plugin/source.sh" "$suite")
    patch=$here/debian/$suite-haoh.patch
    make_patch "$suite" "${source##*/}" "$source" >"$work/patch" 2>"$work/said" || {
        cat "$work/said" >&2
        exit 1
    }
    if cmp -s "$work/patch" "$patch"; then
        continue
    elif $check; then
        printf '%s is not what the sources make: run plugins/nvme-cli/make-patches.sh\n' "${patch##*/}" >&2
        failed=1
    else
        mkdir -p "$here/debian"
        cp "$work/patch" "$patch"
        printf '%s: written\n' "${patch##*/}"
    fi
done
exit $failed
