#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs one libFuzzer program on its seeds for a while and says how often.
#
# usage: fuzz_run.sh NAME PROGRAM SECONDS [DIRECTORY]
#   The seeds are corpus/NAME beside PROGRAM and tests/fuzz/corpus/NAME. A finding stays in DIRECTORY (default: here); run
#   PROGRAM FILE to see it again.
set -uo pipefail
name=$1 program=$2 seconds=$3 directory=${4:-.}
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
mkdir -p "$directory"

inputs=("$corpus")
for seeds in "${program%/*}/corpus/$name" "$(dirname "${BASH_SOURCE[0]}")/fuzz/corpus/$name"; do
    [[ ! -d $seeds ]] || inputs+=("$seeds")
done
echo 1..1
output=$("$program" "${inputs[@]}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$directory/$name-" 2>&1)
status=$?
executions=$(sed -nE 's/^stat::number_of_executed_units: *([0-9]+)/\1/p' <<<"$output")
if ((status == 0 && ${executions:-0} > 0)); then
    echo "$executions executions in $seconds s"
    echo "ok - holds for $seconds s"
else
    tail -n 60 <<<"$output"
    echo "not ok - holds for $seconds s"
    exit 1
fi
