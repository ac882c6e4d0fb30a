#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Holds the C interface of a shared libhaoh against what was promised: libhaoh-1.abi, by libabigail.
#
# usage: abi_test.sh LIBRARY [--update]
#
#   LIBRARY   libhaoh.so.1 with debug information (presets dev and suite, BUILD_SHARED_LIBS=ON)
#   --update  record it: after an addition, with haoh.h's HAOH_API_VERSION and the node of
#             libhaoh/haoh.map.in raised. What is there already must not change.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here baseline=$here/libhaoh-1.abi
library=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

verdict() { # ok or "not ok", NAME
    printf '%s - %s\n' "$1" "$2"
    [[ $1 == ok ]] || failed=1
}

describe() { # LIBRARY, FILE
    abidw --drop-private-types --no-corpus-path --no-comp-dir-path --no-show-locs --type-id-style hash \
        --suppressions "$here/c_only.suppr" --out-file "$2" "$1"
}

# Exit status: a bit field (abidiff(1)); 4: something changed, 8: incompatibly.
compare() { # FILE, FILE
    abidiff --suppressions "$here/c_only.suppr" "$1" "$2" >"$work/difference" 2>&1
}

describe "$library" "$work/now.abi" || exit 2
if [[ ${2-} == --update ]]; then
    # An XML comment may follow the root element only in a file of our own.
    cp "$work/now.abi" "$baseline"
    exit 0
fi

if compare "$baseline" "$work/now.abi"; then
    verdict ok "the C interface is what was recorded"
else
    cat "$work/difference"
    verdict "not ok" "the C interface is what was recorded"
fi

# That a change is seen: a function less, and a structure with another member.
sed '/haoh_path_slot/d' "$work/now.abi" >"$work/less.abi"
compare "$baseline" "$work/less.abi" && verdict "not ok" "a removed function is seen" ||
    verdict ok "a removed function is seen"
sed "s/name='local_site'/name='remote_site'/" "$work/now.abi" >"$work/other.abi"
compare "$baseline" "$work/other.abi" && verdict "not ok" "a changed structure is seen" ||
    verdict ok "a changed structure is seen"

# Nothing but C functions of the recorded version, and C++ of this release.
versions=$(readelf --dyn-syms --wide "$library" | awk '$7 != "UND" && $5 != "LOCAL" && $8 != "" {
    name = $8; sub(/@.*/, "", name); version = $8; sub(/^[^@]*@*/, "", version)
    if (name ~ /^(HAOH_1|HAOH_CXX)/) next
    wanted = name ~ /^haoh_/ ? "^HAOH_1[.]0$" : "^HAOH_CXX_"
    if (version !~ wanted) print name, version }')
if [[ -z $versions ]]; then
    verdict ok "each exported symbol has its version"
else
    printf '%s\n' "$versions" | head -n 20
    verdict "not ok" "each exported symbol has its version"
fi
exit $failed
