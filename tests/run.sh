#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs all tests of haoh. The last line says how many cases passed and failed.
# shellcheck disable=SC2317 # steps are called by their names
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
# shellcheck source=tests/suite/machine.sh
source tests/suite/machine.sh

usage() {
    cat <<'EOF'
usage: tests/run.sh [--quick | --long] [--only NAME]... [--list] [--manifest [--raise]] [--help]

  --quick      unit and scenario tests only
  --long       all: also the steps that are slow and depend on less than every change (the looks at
               the source and at threads, other Debians, more of the kernels), and longer fuzzing
  --only NAME  one step, or one test program of the step `tests`, or one target of the step `fuzz`;
               may be repeated
  --list       the steps, and what each does
  --manifest   runs nothing: where the last run differs from what tests/manifest.txt lists; with --raise
               that list takes its counts where they are higher (never lower)

Environment:
  HAOH_KERNEL_TESTS=0   leave out the tests that boot real kernels; all: also the step `releases`
  HAOH_FUZZ_SECONDS=N   for each fuzz target (default 3, with --long 60)
  CI=true               nothing may be skipped, disabled or lacking

The end says where the time went, what was left out, skipped and is expected to fail, and which of
what tests/manifest.txt lists did not run. Everything is built below build/. The outputs of builds and
test programs stay in build/suite-logs.
EOF
}

readonly steps=(
    "rooms       the tree's own rules: includes, licences, sizes"
    "format      clang-format"
    "build       library, programs and tests (GCC)"
    "tests       unit and scenario tests"
    "consumers   find_package, pkg-config and add_subdirectory, as other projects do"
    "plugin      Debian's nvme-cli, built with the plugin and run"
    "quickstart  examples/quickstart.sh"
    "sanitizers  unit and scenario tests with ASan and UBSan (clang)"
    "fuzz        each fuzz target for a while, in the build of the sanitizers"
    "kernel      real kernels in VMs"
)
# Slow, and of less than every change: for every change of what they look at, and by name.
readonly long_steps=(
    "threads     tests of what is concurrent, with ThreadSanitizer"
    "releases    path selection of every kernel release in VMs, and what is measured there"
    "tidy        clang-tidy"
    "files       each source file compiled by itself: it includes what it uses"
    "browser     the page of haoh check -o html in headless Chromium, judged by axe-core (npm)"
    "packages    Debian packages: built, judged by lintian, used in a clean Debian 12; as root"
    "mutation    faults made in the library, one at a time: what part of them the tests notice"
    "trixie      Debian 13: build, unit and scenario tests, nvme-cli with the plugin also in a VM; as root"
)

step_with() {
    if [[ $1 == *_fuzz ]]; then echo fuzz; else echo tests; fi
}

# What the wanted steps take besides.
choose() {
    # Tests that go through all of something, of which they take a sample otherwise.
    if $is_long; then
        export HAOH_TEST_LONG=1
    elif is_wanted tests || is_wanted sanitizers; then
        left_out+=("all draws: samples of what flip_test, hostile_test, any_moment_test, failing_calls_test and field_test draw from, all with --long")
        ! is_wanted tests || ! is_wanted sanitizers || left_out+=("sanitizers: the tests of the programs from outside, which ran without; all with --long")
        left_out+=("formats_test: SARIF as another's validator sees it, which npm installs; with --long")
        ! is_wanted consumers || left_out+=("consumers: each installed header by itself; with --long")
    fi
    ! is_wanted tests && ! is_wanted consumers && ! is_wanted plugin || wanted+=(build)
    ! is_wanted kernel || [[ ${HAOH_KERNEL_TESTS-} != all ]] || wanted+=(releases)
}

step_setup() { case_saying setup 1200 '^setup: complete$' tools/setup.sh; }

build() { # PRESET, SECONDS, ninja targets; a failure leaves what could be built
    case_of "configure-$1" 600 cmake --preset "$1" || return 1
    case_of "build-$1" "$2" cmake --build "build/$1" -j "$jobs" -- -k 0 "${@:3}"
}

step_rooms() { runner run --kind script --name rooms --timeout 600 -- tests/rooms_test.sh; }

step_format() {
    local tool=clang-format-14
    command -v "$tool" >/dev/null || {
        skipped format "clang-format-14 is not installed: other versions format differently"
        return
    }
    # shellcheck disable=SC2016 # for the inner shell
    case_of format 600 bash -c '
        set -o pipefail
        bad=$(git -c safe.directory="*" ls-files -z --cached --others --exclude-standard \
            "*.cpp" "*.hpp" "*.h" "*.c" |
            while IFS= read -r -d "" file; do [[ ! -f $file ]] || printf "%s\0" "$file"; done |
            xargs -0 -n 20 -P 2 "$0" --dry-run -Werror --ferror-limit=1 2>&1 |
            sed -nE "s/^([^:]+):[0-9]+:[0-9]+: error.*/\1/p; /^[^ ]*:[0-9]+:[0-9]+:/!{/^[^ ]/p}" | sort -u)
        [[ $? == 0 && -z $bad ]] || { printf "%s\n" "not as .clang-format has it:" "$bad"; exit 1; }' "$tool"
}

# Where the sanitized build runs the others, the plain build is for the programs as their users meet
# them, and for what needs a plain build or is of the tree.
readonly outside='tool|completion|man_pages|docs'
readonly plain_tests="^($outside|failing_calls|survival|mutation|suite|recipes)_test\$"

# The steps before `sanitizers` wait for a part of their time: its build takes what they leave. How it
# came out says the step itself, which builds what is missing then.
ahead=
build_ahead() {
    # A session of its own: the kernel shares processors out between sessions, each with its own weight.
    # shellcheck disable=SC2016 # for the inner shell
    setsid bash -c 'echo 19 2>/dev/null >/proc/self/autogroup; renice -n 19 $$
        cmake --preset asan && exec cmake --build build/asan -j "$0" -- -k 0 all' "$jobs" \
        </dev/null >"$logs/ahead.log" 2>&1 9>&- &
    ahead=$!
    trap 'kill -- -"$ahead" 2>/dev/null' EXIT
}
ahead_done() {
    [[ -z $ahead ]] || wait "$ahead"
    ahead=
    trap - EXIT
}

step_build() {
    if is_wanted sanitizers; then
        build suite 3000 haoh_tool haoh-arraysim tool_test failing_calls_test suite_sample \
            stepping_clock
        build_ahead
    else
        build suite 3000 all
    fi
}

step_tests() {
    [[ -e build/suite/tests.txt ]] || return
    local only=() chosen
    chosen=$(chosen_of tests)
    [[ -z $chosen ]] || only=(--only "$chosen")
    ((${#only[@]})) || ! is_wanted sanitizers || only=(--only "$plain_tests")
    runner run --listing build/suite/tests.txt --jobs "$waiting_jobs" --timeout 1200 --logs "$logs" \
        "${only[@]}"
}

step_consumers() {
    runner run --kind script --name consumers --timeout 1800 --logs "$logs" -- \
        tests/consumer/consumer_test.sh build/suite
}

step_plugin() {
    runner run --kind script --name plugin --timeout 1800 --logs "$logs" -- \
        tests/plugin/plugin_test.sh build/suite
}

step_quickstart() { case_saying quickstart 1800 '^== Both verdicts came out' examples/quickstart.sh; }

step_sanitizers() {
    ahead_done
    build asan 3000 all
    [[ -e build/asan/tests.txt ]] || return
    local only=()
    $is_long || ! is_wanted tests || only=(--only "^(?!($outside)_test\$)")
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1 \
    UBSAN_OPTIONS=print_stacktrace=1 \
        runner run --prefix asan- --listing build/asan/tests.txt --jobs "$waiting_jobs" --timeout 1800 \
        --logs "$logs" "${only[@]}"
}

step_fuzz() {
    build asan 3000 fuzzers
    [[ -e build/asan/fuzzers.txt ]] || return
    local seconds=3 name program
    ! $is_long || seconds=60
    seconds=${HAOH_FUZZ_SECONDS:-$seconds}
    ((seconds >= 60)) || left_out+=("longer fuzzing: $seconds s for each target, 60 with --long")
    local only=() chosen
    chosen=$(chosen_of fuzz)
    [[ -z $chosen ]] || only=(--only "$chosen")
    while IFS=$'\t' read -r name program; do
        printf 'script\t%s\t%s\t%s\t%s\t%s\t%s\n' "$name" tests/fuzz_run.sh "$name" \
            "$program" "$seconds" build/asan/findings
    done <build/asan/fuzzers.txt >"$logs/fuzz-runs" || lost+=("fuzz: its list of runs cannot be kept")
    runner run --prefix fuzz- --listing "$logs/fuzz-runs" --jobs "$jobs" --logs "$logs" \
        --timeout $((seconds + 600)) "${only[@]}"
    while IFS=$'\t' read -r _ name _; do
        [[ ! -e $logs/fuzz-$name.log ]] ||
            sed -nE "s/^([0-9]+ executions in .*)/   $name: \1/p" "$logs/fuzz-$name.log"
    done <"$logs/fuzz-runs"
}

step_threads() {
    build tsan 3000 all
    [[ -e build/tsan/tests.txt ]] || return
    TSAN_OPTIONS=second_deadlock_stack=1 runner run --prefix tsan- \
        --listing build/tsan/tests.txt --jobs "$waiting_jobs" --timeout 1800 --logs "$logs"
}

build_kernel() {
    case_of configure-kernel 600 cmake --preset suite -DHAOH_KERNEL_TESTS=ON &&
        case_of build-kernel 1800 cmake --build build/suite -j "$jobs" --target haoh_kernel_tests \
            haoh_tool haoh-arraysim
}

# What differs there between releases is in tables that unit tests hold; each run takes minutes.
releases='linux_6_1/HostSelectors*:linux_7/HostSelectors*:linux_6_1/HostPolicy.*:linux_6_12/HostPolicy.*'
releases+=':*/HostPolicyLoad.*:linux_6_1/*.tells_each_change_of_an_array_soon/*'
releases+=':linux_7/*.tells_each_change_of_an_array_soon/*'
readonly releases

# Their numbers are worth something only when nothing else runs.
readonly measurements='HostRate|HostPolicyLoad|tells_each_change_of_an_array_soon'

step_kernel() {
    if [[ ${HAOH_KERNEL_TESTS-1} == 0 ]]; then
        skipped kernel "HAOH_KERNEL_TESTS=0"
        return
    fi
    build_kernel || return
    runner run --kind gtest --name kernel --by-suite --jobs "$jobs" --alone "$measurements" \
        --timeout 2700 --logs "$logs" -- \
        build/suite/tests/kernel/haoh_kernel_tests "--gtest_filter=-$releases"
}

step_releases() {
    if [[ ${HAOH_KERNEL_TESTS-1} == 0 ]]; then
        skipped releases "HAOH_KERNEL_TESTS=0"
        return
    fi
    build_kernel || return
    runner run --kind gtest --name releases --by-suite --jobs "$jobs" --alone "$measurements" \
        --timeout 2700 --logs "$logs" -- \
        build/suite/tests/kernel/haoh_kernel_tests "--gtest_filter=$releases"
}

step_tidy() {
    case_of configure-tidy 120 cmake --preset tidy || return
    runner run --kind script --name tidy --timeout 1500 --logs "$logs" -- \
        tests/tidy.py build/tidy
}

# The build joins files, where one has what another includes.
step_files() {
    case_of configure-files 120 cmake --preset dev -B build/files \
        -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DHAOH_BUILD_BENCHMARKS=ON || return
    runner run --kind script --name files --timeout 5400 --logs "$logs" -- \
        tests/files.py build/files
}

# The browser is some hundred MB: it is installed where this step runs.
step_browser() {
    case_saying browser-setup 1800 '^setup: complete$' tools/setup.sh browser || return
    command -v npm >/dev/null || case_saying npm-setup 1800 '^setup: complete$' tools/setup.sh npm || return
    build suite 3000 haoh_tool haoh-arraysim || return
    runner run --kind script --name browser --timeout 2400 --logs "$logs" -- \
        python3 tests/browser/browser_test.py build/suite/tools/haoh/haoh \
        build/suite/tools/arraysim/haoh-arraysim build/browser
}

step_packages() {
    runner run --kind script --name packages --timeout 5400 --logs "$logs" -- \
        tests/packaging/packages_test.sh
}

# Always the same draw: another would pass or fail by chance.
step_mutation() {
    runner run --kind script --name mutation --timeout 86400 --logs "$logs" -- \
        tests/mutation.sh all --random 200 --seed 1
}

step_trixie() {
    local status results=build/trixie-logs/results
    rm -f "$results" || lost+=("trixie: what an earlier run left cannot be removed")
    tests/trixie/run.sh 9>&-
    status=$?
    [[ ! -s $results ]] || cat "$results" >>"$logs/results" ||
        lost+=("trixie: its results cannot be kept")
    ((status < 2)) && [[ -s $results ]] ||
        runner add failed trixie "tests/trixie/run.sh ended with status $status"
    runner run --kind script --name trixie-plugin --timeout 1200 --logs "$logs" -- \
        tests/plugin/trixie.sh
    if [[ ${HAOH_KERNEL_TESTS-1} == 0 ]]; then
        skipped trixie-kernel "HAOH_KERNEL_TESTS=0"
        return
    fi
    build_kernel || return
    runner run --kind gtest --name trixie-kernel --timeout 1200 --logs "$logs" -- \
        tests/plugin/trixie.sh --guests build/suite/tests/kernel/haoh_kernel_tests \
        '--gtest_filter=NvmePlugin*'
}

suite_main "$@"
