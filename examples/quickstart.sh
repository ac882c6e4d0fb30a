#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# haoh in a few minutes: two simulated arrays that present one NVM subsystem are checked as an
# administrator would check real ones before letting a host connect; then one of them gives a
# namespace another identity, and they are checked again. Exits 0 when both verdicts came out as
# they should. Needs Debian 12, and root or sudo while packages are missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly build=build/quickstart
readonly nqn=nqn.2026-01.io.example:stretched

say() { printf '\n== %s\n' "$*"; }
die() {
    printf 'quickstart: %s\n' "$*" >&2
    exit 1
}

# Runs a command that people need to see only when it fails.
quietly() { # NAME, command
    local log=$work/$1.log
    "${@:2}" >"$log" 2>&1 </dev/null || {
        tail -n 40 "$log" >&2
        die "$1 failed; see above"
    }
}

# Runs a command of haoh, shows it, and fails when its exit status is not the one that is due.
expect() { # STATUS, command
    local due=$1 status=0
    shift
    printf '$ %s\n' "haoh ${*:2}"
    "$@" || status=$?
    printf '(exit status %d)\n' "$status"
    ((status == due)) || die "the exit status should have been $due"
}

work=$(mktemp -d)
simulator=
cleanup() {
    if [[ -n $simulator ]]; then
        kill "$simulator" 2>/dev/null || true
        wait "$simulator" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT

say "1. Build haoh (minutes the first time, seconds the next)"
tools/setup.sh build
# With the compiler and the libraries of the suite there is no warning, and with its flags its objects
# serve.
strict=OFF
[[ ! -r /etc/os-release || $(. /etc/os-release && echo "$ID $VERSION_ID") != "debian 12" ]] || strict=ON
quietly configure cmake --preset quickstart -DHAOH_WARNINGS_AS_ERRORS=$strict
quietly build cmake --build "$build" --target haoh_tool haoh-arraysim
haoh=$build/tools/haoh/haoh
arraysim=$build/tools/arraysim/haoh-arraysim

say "2. Start two simulated arrays, a and b, that serve $nqn"
"$arraysim" examples/pair.toml --control "$work/control" --address-file "$work/addresses" \
    >"$work/arraysim.log" 2>&1 &
simulator=$!
for ((i = 0; i < 300; i++)); do
    [[ ! -e $work/addresses ]] || break
    kill -0 "$simulator" 2>/dev/null || break
    sleep 0.1
done
[[ -e $work/addresses ]] || {
    cat "$work/arraysim.log" >&2
    die "the simulator did not start"
}
cat "$work/addresses"
targets=()
while read -r _ address; do
    targets+=(-t "$address")
done <"$work/addresses"

say "3. Are the two one thing? haoh asks each controller itself"
expect 0 "$haoh" check "${targets[@]}" --nqn "$nqn"

say "4. Array b now gives namespace 2 another UUID: Linux would silently leave out that path"
uuid=00000000-0000-4000-8000-0000000000bb
"$arraysim" --send "$work/control" set b 2 uuid "$uuid" || die "the simulator did not take it"
expect 1 "$haoh" check "${targets[@]}" --nqn "$nqn" | tee "$work/report"
grep -q 'ns.uuid.equal' "$work/report" || die "the report does not name the rule of the UUID"

say "Both verdicts came out as they should: the healthy pair passed, the broken one failed."
cat <<EOF
Next: $haoh check --help; tests/scenarios has a pair for each defect; README.md has the rest.
EOF
