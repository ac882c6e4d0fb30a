# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# How a suite runs: its command line, its steps one after the other, its end. Sourced by tests/run.sh,
# which has before `suite_main "$@"`
#   root                the tree; everything is written below its build/suite-logs
#   steps, long_steps   "NAME  what it does" each; long_steps run with --long, or by name
#   step_NAME           what a step does; it owes a result (runner, case_of, skipped)
#   step_setup          runs before all others; when it fails nothing else runs
#   step_with NAME      prints the step that has a test program; the step tests unless it says otherwise
#   choose              adds to `wanted` what the wanted steps take besides
#   usage               prints the help
# That a test can fail unseen is what the rest is against; tests/suite/suite_test.py plants each kind.
# shellcheck disable=SC2154,SC2034 # what that file has, and what it takes
set -uo pipefail

wanted=()   # steps
programs=() # of their steps, these alone
tier=       # default or long when all of it runs; empty for --quick and --only
is_long=false
is_chosen=false # --only
began=()        # NAME=SECONDS
left_out=()     # what this run does less than another would, in words; steps add to it
lost=()         # where the runner failed; in memory, since there may be no file that can be written

step_with() { echo tests; }
chosen_of() { # STEP; prints the programs that alone are wanted of it, as a pattern
    local program names=()
    for program in "${programs[@]}"; do
        [[ $(step_with "$program") != "$1" ]] || names+=("$program")
    done
    ((!${#names[@]})) || (IFS='|' && printf '^(%s)$' "${names[*]}")
}
step_names() { # lines of steps
    local step
    for step in "$@"; do
        printf '%s\n' "${step%% *}"
    done
}
is_step() { [[ $'\n'$(step_names "${steps[@]}" "${long_steps[@]}")$'\n' == *$'\n'"$1"$'\n'* ]]; }
is_wanted() { [[ " ${wanted[*]-} " == *" $1 "* ]]; }

list_steps() {
    printf '%s\n' "${steps[@]}"
    printf '\nwith --long, or by name:\n'
    printf '%s\n' "${long_steps[@]}"
}

parse() {
    while (($#)); do
        case $1 in
        --quick) wanted+=(build tests) ;;
        --long) is_long=true ;;
        --only)
            [[ -n ${2-} ]] || { usage >&2; exit 2; }
            is_chosen=true
            if is_step "$2"; then
                wanted+=("$2")
            else
                programs+=("$2")
                wanted+=("$(step_with "$2")")
            fi
            shift
            ;;
        --list) list_steps; exit ;;
        --manifest) compare_with_manifest "${@:2}"; exit ;;
        -h | --help) usage; exit ;;
        *)
            usage >&2
            exit 2
            ;;
        esac
        shift
    done
    if ((!${#wanted[@]})); then
        tier=default
        mapfile -t wanted < <(step_names "${steps[@]}")
        if $is_long; then
            tier=long
            mapfile -t -O "${#wanted[@]}" wanted < <(step_names "${long_steps[@]}")
        fi
    fi
    choose
}

# What the last run had, against what it must have.
compare_with_manifest() { # [--raise]
    [[ $# == 0 || $* == --raise ]] || { usage >&2; exit 2; }
    printf 'where the last run differs from tests/manifest.txt:\n'
    runner manifest "$@" "$root/tests/manifest.txt"
}

# The child processes must not keep the lock when this script dies.
runner() {
    local status
    python3 -S "$root/tests/runner.py" --results "$logs/results" --step "${step-}" "$@" 9>&-
    status=$?
    ((status == 0)) || lost+=("${step:-the suite}: the runner ended with status $status")
    return $status
}

passed() { runner add passed "$1"; }
failed() { # NAME, the file with the output
    runner add failed "$1" "$(tail -n 60 "$2")"
}
skipped() { runner add skipped "$1" "$2"; }

bounded() { # SECONDS, command
    timeout -k 20 "$1" "${@:2}" </dev/null 9>&-
}

# One case: the command succeeds within the time.
case_of() { case_saying "$1" "$2" '' "${@:3}"; }

# And its output matches the pattern, which a script that is empty or ends half-way has no words for.
case_saying() { # NAME, SECONDS, pattern of a line (grep -E), command
    local log="$logs/$1.log" status
    bounded "$2" "${@:4}" >"$log" 2>&1
    status=$?
    if ((status == 0)); then
        if grep -qE -e "$3" "$log" || [[ -z $3 ]]; then
            passed "$1"
            return 0
        fi
        printf '\nexit status 0, but nowhere “%s”\n' "$3" >>"$log"
    fi
    # 137: it did not heed the first signal.
    ((status != 124 && status != 137)) || printf '\nout of time (%s s)\n' "$2" >>"$log"
    # Of a build the errors are worth reading, not its end.
    if grep -qE '(error|FAILED):' "$log"; then
        grep -nE -A4 '(error|FAILED):' "$log" | head -n 60 >"$log.errors"
        failed "$1" "$log.errors"
        rm -f "$log.errors"
    else
        failed "$1" "$log"
    fi
    return 1
}

run_step() { # NAME
    local step=$1 since=$SECONDS
    echo "== $step"
    "step_$step"
    began+=("$step=$((SECONDS - since))")
    echo "   $((SECONDS - since)) s"
}

left_out_steps() {
    local names=() name
    for name in $(step_names "${steps[@]}" "${long_steps[@]}"); do
        is_wanted "$name" || names+=("$name")
    done
    $is_chosen || ((!${#names[@]})) || left_out+=("the steps ${names[*]} (tests/run.sh --long runs all)")
}

finish() {
    local one status options=()
    for one in "${began[@]}"; do options+=(--began "$one"); done
    for one in "${lost[@]}"; do options+=(--lost "$one"); done
    for one in "${programs[@]}"; do options+=(--only-program "$one"); done
    left_out_steps
    for one in "${left_out[@]}"; do options+=(--left-out "$one"); done
    [[ -z $tier ]] || options+=(--tier "$tier")
    echo "== $SECONDS s in all"
    python3 -S "$root/tests/runner.py" --results "$logs/results" summary \
        --manifest "$root/tests/manifest.txt" "${options[@]}" 9>&-
    status=$?
    ((status > 1)) || exit $status
    # Nobody is left but this script to say it.
    lost+=("the summary ended with status $status")
    echo "failed:"
    printf '   %s\n' "${lost[@]}"
    echo "0 passed, ${#lost[@]} failed"
    exit 1
}

suite_main() {
    local name
    logs=$root/build/suite-logs
    jobs=$(nproc)
    waiting_jobs=$((jobs + 1)) # of test programs, which wait for a part of their time
    parse "$@"
    mkdir -p "$logs"
    exec 9>"$logs/lock"
    flock -n 9 || {
        echo "tests/run.sh: another run is under way in this tree" >&2
        exit 2
    }
    rm -f "$logs"/*.log "$logs/results" || lost+=("what an earlier run left cannot be removed")
    echo "== setup"
    if step_setup; then
        for name in $(step_names "${steps[@]}" "${long_steps[@]}"); do
            ! is_wanted "$name" || run_step "$name"
        done
    else
        lost+=("nothing was run: the setup failed")
    fi
    finish
}
