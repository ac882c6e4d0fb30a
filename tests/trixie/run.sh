#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# run.sh [--only REGEX] [--jobs N]
#
# Builds the whole project on Debian 13 (newer GCC, Boost, fmt and libnvme than Debian 12's) and runs
# its unit and scenario tests there. The last line says how many cases passed and failed. The Debian
# is a root in the cache (root.sh); the build is build/trixie and its output build/trixie-logs.
#
#   --only REGEX   only the test programs whose names match
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$here/../.." && pwd)
cd "$tree" || exit 1

jobs=$(nproc) only=()
while (($#)); do
    case $1 in
    --only) only=(--only "${2-}") && shift ;;
    --jobs) jobs=${2-} && shift ;;
    *)
        sed -n '4,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
    esac
    shift
done

logs=build/trixie-logs
mkdir -p "$logs"
exec 9>"$logs/lock"
flock -n 9 || {
    echo "trixie/run.sh: another run is under way in this tree" >&2
    exit 2
}
rm -f "$logs"/*.log "$logs/results"

lost=false # a result could not be kept
runner() { python3 tests/runner.py --results "$logs/results" --step trixie "$@" 9>&- || lost=true; }

case_of() { # NAME, SECONDS, command
    local log="$logs/$1.log" status
    timeout -k 20 "$2" "${@:3}" >"$log" 2>&1 </dev/null 9>&-
    status=$?
    if ((status == 0)); then
        runner add passed "trixie-$1"
        return 0
    fi
    ((status != 124)) || printf '\nout of time (%s s)\n' "$2" >>"$log"
    if grep -qE '(error|FAILED):' "$log"; then
        runner add failed "trixie-$1" "$(grep -nE -A4 '(error|FAILED):' "$log" | head -n 60)"
    else
        runner add failed "trixie-$1" "$(tail -n 60 "$log")"
    fi
    return 1
}

# What is built for each run is kept by ccache, so that nothing but the tree is written.
case_of root 1800 "$here/root.sh" &&
    case_of packages 1800 "$here/enter.sh" --writable -- tools/setup.sh tests &&
    case_of configure 300 "$here/enter.sh" -- cmake --preset suite -B build/trixie &&
    case_of build 5400 "$here/enter.sh" -- cmake --build build/trixie -j "$jobs" -- -k 0
# Of a build that failed in part, the tests that are there still say something.
if [[ -e build/trixie/tests.txt ]]; then
    # The runner inside prints each case; its results are added to ours.
    timeout -k 20 3600 "$here/enter.sh" -- python3 tests/runner.py --results "$logs/results" \
        --step trixie run \
        --prefix trixie- --listing build/trixie/tests.txt --jobs "$jobs" --timeout 600 \
        --logs "$logs" "${only[@]}" </dev/null 9>&- ||
        runner add failed trixie-runner "the runner inside ended with status $?"
fi
python3 tests/runner.py --results "$logs/results" summary 9>&-
status=$?
! $lost || {
    echo "trixie/run.sh: the runner failed" >&2
    exit 70
}
exit $status
