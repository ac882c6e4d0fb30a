# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# To be sourced: tells the cases of a test script the way that tests/runner.py reads them.
#
#   begin_cases FILE        first; what a command says goes into the file
#   holds CASE COMMAND...   the command succeeds; else the end of what it said is shown
#   tell CASE COMPLAINTS    what is wrong; nothing, and the case holds
#   skip CASE REASON
#   joins COMMAND...        the command tells cases of its own, in the same way
#   end_cases               last; ends the script
begin_cases() {
    said_file=$1 failed=0 cases=0
}

tell() {
    cases=$((cases + 1))
    if [[ -z ${2-} ]]; then
        printf 'ok - %s\n' "$1"
    else
        printf '%s\nnot ok - %s\n' "$2" "$1"
        failed=1
    fi
}

skip() {
    cases=$((cases + 1))
    printf 'ok - %s # SKIP %s\n' "$1" "$2"
}

# What is shown of a command that failed; a script with more to look for has its own.
show_said() {
    tail -n 40 "$said_file"
}

holds() {
    # Names of their own: the command may be a function that has a status, too.
    local case_name=$1 case_status=0
    shift
    "$@" >"$said_file" 2>&1 </dev/null || case_status=$?
    if ((case_status == 0)); then
        tell "$case_name" ''
    else
        tell "$case_name" "$(show_said)"$'\n'"it ended with status $case_status"
    fi
    return $case_status
}

# Its lines are cases, and its plan adds to ours.
joins() {
    "$@" </dev/null || failed=1
}

end_cases() {
    echo "1..$cases"
    exit "$failed"
}
