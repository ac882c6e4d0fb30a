#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Checks a healthy pair again and again while it changes in legal ways: how often `haoh check` would call it
# broken. The aim is 0 false FAIL and 0 false WARN in 100,000 checks, and at most 0.1 % UNKNOWN.
#
# usage: churn.sh [CHECKS] [BUILD]   of each kind of change (default 1000), and a tenth of them of a pair
#                                    with 128 namespaces and 2 ms a command; with the programs of
#                                    BUILD (default build/suite)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=${2:-build/suite}/tests/unit/inspect/inspect_test
[[ -x $program ]] || {
    echo "churn.sh: $program is not built; cmake --build ${2:-build/suite} --target inspect_test" >&2
    exit 2
}
HAOH_CHURN_CHECKS=${1:-1000} exec "$program" --gtest_filter='*LegalChange*'
