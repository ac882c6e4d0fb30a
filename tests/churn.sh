#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Checks healthy pairs again and again while they change in legal ways, also beside a host's kernel that does:
# how often `haoh check` would call one broken. The aim is 0 false FAIL and 0 false WARN in 100,000 checks,
# and at most 0.1 % UNKNOWN. Then plants each defect beside each kind of change at each pace: each must be
# told, and nothing else.
#
# usage: churn.sh [CHECKS] [BUILD]   of healthy pairs in all (default 10000), of slow and large pairs fewer;
#                                    with the programs of BUILD (default build/suite)
#
# HAOH_TEST_SEED=N draws other moments. HAOH_CHURN_AT_ONCE=N checks so many pairs side by side
# (default 6).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=${2:-build/suite}/tests/unit/inspect/inspect_test
[[ -x $program ]] || {
    echo "churn.sh: $program is not built; cmake --build ${2:-build/suite} --target inspect_test" >&2
    exit 2
}
began=$SECONDS
status=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
HAOH_CHURN_CHECKS=${1:-10000} HAOH_TEST_LONG=1 "$program" \
    --gtest_filter='*LegalChange*:*UnderChange*' | tee "$out" || status=$?
# "KIND, PACE, seeds ...: N checks, N of which looked again, up to N times; N unknown, N wrong; N moves"
sed -n 's/.*: \([0-9]*\) checks, .*; \([0-9]*\) unknown, \([0-9]*\) wrong; .*/\1 \2 \3/p' "$out" |
    awk -v took=$((SECONDS - began)) '{ checks += $1; unknown += $2; wrong += $3 }
        END { printf "churn.sh: %d checks in %d s, %d of them wrong, %d unknown (%.3f %%)\n",
                     checks, took, wrong, unknown, checks ? 100 * unknown / checks : 0
              exit wrong > 0 || unknown * 1000 > checks }' || status=1
exit "$status"
