#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# plugin_test.sh BUILD [SUITE]
#
# Builds the nvme-cli of a Debian release (12 unless told otherwise) with the plugin, against what a
# build directory of haoh installs, and runs it on recorded trees. What needs devices is in tests/kernel.
set -uo pipefail
export LC_ALL=C

build=$(cd "$1" && pwd) || exit 2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
suite=${2-bookworm}
readonly build root suite
work=$(mktemp -d)
# Not by a child that is ended before it has become the program.
trap '[[ $BASHPID != "$$" ]] || rm -rf "$work"' EXIT
# shellcheck source=../support/cases.sh
. "$root/tests/support/cases.sh"
begin_cases "$work/said"

skip_all() {
    if [[ ${CI-} == true ]]; then
        tell "nvme-cli is built with the plugin" "$1"
    else
        skip "nvme-cli is built with the plugin" "$1"
    fi
    end_cases
}

# ---- Trees ----

# A stretched pair as sysfs of Linux 6.12 shows it: two controllers, one namespace, a path each.
record_tree() { # DIRECTORY
    local class=$1/sys/class devices=$1/sys/devices/virtual i
    local subsystem=$devices/nvme-subsystem/nvme-subsys0 head
    mkdir -p "$class/nvme" "$class/nvme-subsystem" "$subsystem"
    attributes() { # DIRECTORY, then NAME VALUE...
        local directory=$1
        mkdir -p "$directory"
        shift
        while (($#)); do
            printf '%s\n' "$2" >"$directory/$1"
            shift 2
        done
    }
    attributes "$subsystem" subsysnqn nqn.2026-11.org.example:pair serial SN-1 model Array \
        firmware_rev 1.0 subsystype nvm iopolicy numa
    ln -s ../../devices/virtual/nvme-subsystem/nvme-subsys0 "$class/nvme-subsystem/"
    for i in 0 1; do
        attributes "$devices/nvme-fabrics/ctl/nvme$i" state live transport tcp \
            address "traddr=192.0.2.$((i + 1)),trsvcid=4420" subsysnqn nqn.2026-11.org.example:pair \
            hostnqn nqn.2026-11.org.example:host hostid 11111111-1111-4111-8111-111111111111 \
            cntlid $((i + 1)) cntrltype io serial SN-1 model Array firmware_rev 1.0 numa_node -1 \
            queue_count 3 sqsize 127 kato 5 reconnect_delay 10 ctrl_loss_tmo 600 fast_io_fail_tmo off
        ln -s "../../devices/virtual/nvme-fabrics/ctl/nvme$i" "$class/nvme/"
        ln -s "../../nvme-fabrics/ctl/nvme$i" "$subsystem/"
        head=$devices/nvme-fabrics/ctl/nvme$i/nvme0c${i}n1
        attributes "$head" ana_state optimized ana_grpid 1
    done
    attributes "$subsystem/nvme0n1" dev 259:1
    for head in "$subsystem/nvme0n1" "$devices"/nvme-fabrics/ctl/nvme[01]/nvme0c[01]n1; do
        attributes "$head" nsid 1 uuid 22222222-2222-4222-8222-222222222222 \
            wwid uuid.22222222-2222-4222-8222-222222222222 size 2048 ro 0 hidden 0 csi 0 metadata_bytes 0
        attributes "$head/queue" logical_block_size 512 physical_block_size 4096
    done
}

# The same with a path that is dead, so that I/O has no way.
break_tree() { # DIRECTORY
    local path
    for path in "$1"/sys/devices/virtual/nvme-fabrics/ctl/nvme[01]/nvme0c[01]n1; do
        printf 'inaccessible\n' >"$path/ana_state"
    done
}

# ---- Running it ----

# Runs nvme; $status, $work/out and $work/err are what came of it.
run() {
    timeout -k 5 60 "$nvme" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    { printf '$ nvme %s\nstatus %s\n' "$*" "$status" && head -n 20 "$work/out" && head -n 20 "$work/err"; }
}
ended() { ((status == $1)) || { printf 'status %s, not %s\n' "$status" "$1"; return 1; }; }
is_json() { python3 -m json.tool "$work/out" >/dev/null; }
member() { # EXPRESSION of the object `it`
    python3 -c 'import json, sys; it = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' \
        "$work/out" "$1"
}
said() { grep -qF -- "$1" "$work/err" || { printf 'not on stderr: %s\n' "$1"; return 1; }; }
told() { grep -qF -- "$1" "$work/out" || { printf 'not on stdout: %s\n' "$1"; return 1; }; }
silent() { [[ ! -s $work/$1 ]] || { printf 'there is something on std%s\n' "$1"; return 1; }; }

# ---- The tree ----

same_tree() { diff -r "$1" "$2"; }

installs_once_and_again() {
    local into=$root/plugins/nvme-cli/install-into.sh
    cp -R "$source" "$work/a tree" && cp -R "$source" "$work/as it was" &&
        "$into" "$work/a tree" && cp -R "$work/a tree" "$work/once" && "$into" "$work/a tree" &&
        same_tree "$work/a tree" "$work/once" && [[ $(tail -n 1 "$work/a tree/plugins/meson.build") == "subdir('haoh')" ]]
}
replaces_an_older_plugin() {
    printf '/* older */\n' >>"$work/a tree/plugins/haoh/haoh-nvme.c"
    : >"$work/a tree/plugins/haoh/gone.c"
    "$root/plugins/nvme-cli/install-into.sh" "$work/a tree" && same_tree "$work/a tree" "$work/once"
}
removes_what_it_installed() {
    local into=$root/plugins/nvme-cli/install-into.sh
    "$into" "$work/a tree" --remove && same_tree "$work/a tree" "$work/as it was" &&
        "$into" "$work/a tree" --remove && same_tree "$work/a tree" "$work/as it was"
}
refuses() { # a word of the refusal, TREE
    ! "$root/plugins/nvme-cli/install-into.sh" "$2" >"$work/refusal" 2>&1 && grep -F -- "$1" "$work/refusal"
}
refuses_what_is_no_tree() {
    mkdir -p "$work/empty" "$work/other/plugins" "$work/taken"
    printf "project('other', ['c'])\n" >"$work/other/meson.build"
    : >"$work/other/plugins/meson.build"
    cp -R "$source/." "$work/taken"
    mkdir "$work/taken/plugins/haoh"
    refuses 'no such directory' "$work/none" && refuses 'apt-get source' "$work/empty" &&
        refuses 'apt-get source' "$work/other" && refuses 'not this plugin' "$work/taken" &&
        [[ -z $(ls -A "$work/empty") && ! -s $work/other/plugins/meson.build ]]
}

# ---- Cases ----

helps() {
    local command page
    run haoh help && ended 0 || return 1
    for command in list check monitor policy rules snapshot; do
        run haoh help && told "  $command " && run haoh "$command" --help && said "nvme haoh $command" || return 1
        # The manual has each option of the help text, and no other.
        page=$root/docs/man/nvme-haoh-$command.1
        diff <(sed -n 's/^  \[  --\([a-z-]*\).*/\1/p' "$work/err" | sort) \
            <(sed -n 's/^\.It .*Fl -\([a-z-]*\).*/\1/p' "$page" | sort) || return 1
    done
}
is_there_for_nvme() { run help && told '  haoh ' && run haoh version && told 'nvme haoh version '; }
refuses_unknown_commands_and_options() {
    run haoh nonsense && ended 1 && run haoh check --nonsense && ended 1 && silent out
}

# COMMAND of haoh, its words: nvme haoh says the same and ends with 1 where haoh does with anything.
like_haoh() {
    local expected
    "$build/tools/haoh/haoh" "$@" >"$work/of-haoh" 2>/dev/null </dev/null
    expected=$(($? ? 1 : 0))
    run haoh "$@" && ended "$expected" &&
        diff <(sed '/"observed_at"/d; /^$/d' "$work/of-haoh") <(sed '/"observed_at"/d; /^$/d' "$work/out")
}
lists_like_haoh() {
    like_haoh list --sysroot "$work/host" -o json && is_json && member 'it["schema"] == "haoh.observation/1"' &&
        run haoh list --sysroot="$work/host" && told nqn.2026-11.org.example:pair && told nvme0n1 &&
        run haoh list /dev/nvme0n1 nvme-subsys0 -R "$work/host" && told nqn.2026-11.org.example:pair
}
checks_like_haoh() {
    like_haoh check --sysroot "$work/host" -o json && is_json && member 'it["schema"] == "haoh.report/1"' &&
        ended 1 && member 'it["verdict"] == "unknown"' && # the controllers of a recorded tree cannot be asked
        like_haoh check --sysroot "$work/broken" -o json && ended 1 &&
        run haoh check -R "$work/broken" && ended 1 && told FAIL &&
        run haoh check -R "$work/host" && ! told FAIL
}
judges_as_it_is_told() {
    run haoh check -R "$work/broken" -o json --rule='ns.*,ctrl.*' &&
        member 'all(f["rule"].split(".")[0] in ("ns", "ctrl") or f["verdict"] == "unknown" for f in it["findings"])' &&
        printf '[check]\nprofile = "dispersed"\n' >"$work/haoh.toml" &&
        run haoh check -R "$work/host" -o json -c "$work/haoh.toml" -p single -w upgrade -F warn -k 6.12 &&
        member 'it["schema"] == "haoh.report/1"'
}
holds_against_a_snapshot() {
    run haoh snapshot -R "$work/host" -f "$work/good.json" &&
        run haoh check -R "$work/broken" -o json --expect="$work/good.json" &&
        member 'it["schema"] == "haoh.report/1"' &&
        run haoh check -R "$work/host" --expect=/nonexistent/good.json && ended 1 && said 'No such file' &&
        printf '{}' >"$work/bad.json" && run haoh check -R "$work/host" -e "$work/bad.json" && ended 1 && said bad.json
}
accepts_what_is_known() {
    run haoh check -R "$work/broken" -o json && ended 1 && cp "$work/out" "$work/before.json" &&
        like_haoh check --sysroot "$work/broken" -o json --baseline "$work/before.json" &&
        member 'it["gone"] == []' &&
        printf '[[waiver]]\nrule = "host.*"\nreason = "known"\nowner = "me"\nexpires = 2027-01-31\n' \
            >"$work/waivers.toml" &&
        like_haoh check --sysroot "$work/broken" -o json --waivers "$work/waivers.toml" --as-of 2026-12-01 &&
        member 'it["judged"]["waivers"]["day"] == "2026-12-01"' &&
        run haoh check -R "$work/broken" -a 2026-12-01 && ended 1 && said waivers && silent out &&
        run haoh check -R "$work/broken" -b "$work/waivers.toml" && ended 1 && said waivers.toml &&
        run haoh check -R "$work/broken" -W "$work/before.json" && ended 1 && said before.json
}
refuses_wrong_judgement() {
    run haoh check -R "$work/host" --profile=twisted && ended 1 && said twisted && said stretched && silent out &&
        run haoh check -R "$work/host" --rule=no.such.rule && ended 1 && said no.such.rule &&
        run haoh check -R "$work/host" --rule=, && ended 1 && said "rule" &&
        run haoh check -R "$work/host" --kernel=banana && ended 1 && said banana &&
        run haoh check -R "$work/host" --config=/nonexistent/haoh.toml && ended 1 && said 'No such file' &&
        printf 'nonsense = [\n' >"$work/bad.toml" && run haoh check -R "$work/host" -c "$work/bad.toml" && ended 1 &&
        said bad.toml && run haoh check -R "$work/host" -o yaml && ended 1 && said yaml && silent out
}
lists_rules() {
    like_haoh rules -o json && ended 0 && like_haoh rules 'ns.*' -o json && run haoh rules ns.uuid.equal && ended 0 &&
        told ns.uuid.equal && run haoh rules no.such.rule && ended 1 && said no.such.rule && silent out
}
tells_policies() {
    run haoh policy show -R "$work/host" --for=0 -o json && ended 0 && is_json &&
        run haoh policy -R "$work/host" --for=100ms && ended 0 && told numa &&
        run haoh policy explain nvme0n1 -R "$work/host" && ended 0 && told nvme &&
        run haoh policy explain nvme0n1 -R "$work/broken" && ended 1 &&
        run haoh policy list -R "$work/host" && ended 0 && told round-robin
}
refuses_wrong_policies() {
    run haoh policy explain -R "$work/host" && ended 1 && said device &&
        run haoh policy explain nvme9n9 -R "$work/host" && ended 1 && said nvme9n9 &&
        run haoh policy nonsense && ended 1 && said explain &&
        run haoh policy show -R "$work/host" --for=banana && ended 1 && said banana &&
        run haoh policy set numa && ended 1 && said default &&
        run haoh policy set numa nvme-subsys0 -R "$work/host" && ended 1 && said sysroot &&
        run haoh policy set numa nvme-subsys0 -R "$work/host" --dry-run && ended 0 && told 'would be numa' &&
        run haoh policy set numa nvme-subsys9 -R "$work/host" --dry-run && ended 1 && said nvme-subsys9
}
records_snapshots() {
    run haoh snapshot -R "$work/host" && is_json && member 'it["schema"] == "haoh.observation/1"' &&
        cp "$work/out" "$work/printed" && run haoh snapshot -R "$work/host" -f "$work/snapshot.json" && silent out &&
        "$build/tools/haoh/haoh" check --snapshot "$work/snapshot.json" -o json >"$work/out"
    member 'it["schema"] == "haoh.report/1"' &&
        run haoh snapshot -R "$work/host" -f /nonexistent/x && ended 1 && said 'No such file' &&
        run haoh snapshot -R "$work/host" -f "$work" && ended 1 && said 'directory' &&
        [[ -z $(find "$work" -maxdepth 1 -name '*.new-*') ]]
}
keeps_what_a_file_is() {
    printf 'before\n' >"$work/kept.json" && chmod 640 "$work/kept.json" && ln -sf kept.json "$work/link.json" &&
        run haoh snapshot -R "$work/host" -f "$work/link.json" && [[ -L $work/link.json ]] &&
        [[ $(stat -c %a "$work/kept.json") == 640 ]] && python3 -m json.tool "$work/kept.json" >/dev/null &&
        run haoh snapshot -R "$work/host" -f /dev/full && ended 1 && said 'No space left' &&
        run haoh snapshot -R "$work/host" -f "$work/kept.json" && ! compgen -G "$work/.haoh-*"
}
waits_for_no_file() {
    mkfifo "$work/fifo" && run haoh check -R "$work/host" --config="$work/fifo" && ended 1 && said FIFO &&
        run haoh check -R "$work/host" --config=/dev/zero && ended 1 && said device &&
        run haoh check -R "$work/host" --config=/dev/zero -o json && ended 1 && is_json && member 'it["error"]' &&
        run haoh check -R "$work/host" --config=<(printf '[check]\nprofile = "single"\n') && silent err
}
knows_no_such_device() {
    run haoh check /dev/nvme99 && ended 1 && said nvme99 && silent out &&
        run haoh list nvme99n1 -R "$work/host" && ended 1 && said nvme99n1 &&
        run haoh check banana -R "$work/host" && ended 1 && said banana &&
        run haoh list nvme99n1 -R "$work/host" -o json && ended 1 && is_json && member '"nvme99n1" in it["error"]' &&
        silent err
}
says_that_there_is_no_nvme() {
    local command
    mkdir -p "$work/bare/sys/class"
    for command in list check snapshot 'policy show'; do
        # shellcheck disable=SC2086 # two words
        run haoh $command -R "$work/bare" && ended 1 && said Error && silent out &&
            run haoh $command -R "$work/bare" -o json && ended 1 && is_json && member 'it["error"]' || return 1
    done
}
# Nothing of an argument, a file or an array that is written for a terminal.
harmless() { ! grep -qaP '[\x00-\x09\x0b-\x1f\x7f\xff]|\xc2\x9b|\xe2\x80\xae' "$work/out" "$work/err"; }
quotes_errors() {
    local bad=$'\x1b]0;x\x07\xc2\x9b\xe2\x80\xae\xff'
    run haoh list $'nvme"\\\n\x1b[1m' -R "$work/host" -o json && ended 1 && is_json && member 'it["error"]' &&
        run haoh list "nvme$bad" -R "$work/host" && ended 1 && harmless &&
        run haoh list "nvme$bad" -R "$work/host" -o json && ended 1 && is_json && harmless &&
        run haoh check -R "$work/host" --config="$work/$bad" && ended 1 && harmless &&
        run haoh snapshot -R "$work/host" -f "/nonexistent/$bad" && ended 1 && harmless &&
        run haoh policy set "numa$bad" nvme-subsys0 -R "$work/host" --dry-run && ended 0 && harmless &&
        told 'would be numa\x1b]0;x\x07' &&
        run haoh policy set "numa$bad" nvme-subsys0 -R "$work/host" --dry-run -o json && ended 0 && is_json && harmless
}
passes_nothing_on() {
    local bad=$'\x1b]0;x\x07\xc2\x9b\xe2\x80\xae\xff' file command
    cp -R "$work/host" "$work/hostile"
    while IFS= read -r file; do
        printf '%s%s\n' "$(<"$file")" "$bad" >"$file"
    done < <(find "$work/hostile" -type f \( -name subsysnqn -o -name serial -o -name model -o -name state \
        -o -name address -o -name iopolicy -o -name ana_state -o -name hostnqn \))
    for command in list 'list -v' 'list -o json' check 'check -v' 'check -o json' snapshot 'policy show --for=0' \
        'policy explain nvme0n1' 'policy explain nvme0n1 -o json' 'monitor --for=200ms' 'monitor --for=200ms -o json'; do
        # shellcheck disable=SC2086 # words
        run haoh $command -R "$work/hostile" && ((status < 2)) && [[ -s $work/out || $command == *monitor*json ]] &&
            harmless || return 1
    done
}
works_without_root() {
    local as_nobody=()
    # Of this machine there may be controllers, of which a normal user sees less.
    if ((EUID == 0)); then
        as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    fi
    chmod 755 "$work" && cp "$nvme" "$work/nvme" &&
        "${as_nobody[@]}" "$work/nvme" haoh list -R "$work/host" >"$work/out" 2>"$work/err"
    told nqn.2026-11.org.example:pair &&
        ! "${as_nobody[@]}" "$work/nvme" haoh policy set numa --default >"$work/out" 2>"$work/err" && said Error &&
        "${as_nobody[@]}" "$work/nvme" haoh rules >/dev/null
}
says_when_output_is_lost() {
    timeout 60 "$nvme" haoh rules >/dev/full 2>"$work/err"
    status=$?
    ended 1 && said 'No space left' || return 1
    timeout 60 "$nvme" haoh policy set numa nvme-subsys0 --dry-run -R "$work/host" >/dev/full 2>"$work/err"
    status=$?
    ended 1 && said 'No space left'
}
# A monitor that ends by a signal tells what there was; one that has nothing to watch says so.
ends_by_a_signal() {
    local signal pid i
    for signal in INT TERM; do
        # The shell makes what is in the background deaf to SIGINT.
        env --default-signal=INT "$nvme" haoh monitor -R "$work/host" >"$work/out" 2>"$work/err" &
        pid=$!
        # It has its handlers: bit 1 of the last digit is SIGINT.
        for ((i = 0; i < 1000; ++i)); do
            [[ $(<"/proc/$pid/comm") != nvme ]] || ! grep -q '^SigCgt:.*[2367abef]$' "/proc/$pid/status" || break
            sleep 0.02
        done
        kill -s "$signal" "$pid"
        timeout 30 tail --pid="$pid" -f /dev/null || { kill -KILL "$pid"; return 1; }
        wait "$pid"
        status=$?
        ((status < 2)) && [[ -s $work/out ]] || { cat "$work/out" "$work/err"; return 1; }
    done
}
ends_in_time() {
    run haoh monitor -R "$work/host" --for=200ms && ((status < 2)) && [[ -s $work/out ]] &&
        run haoh monitor -R "$work/host" --for=200ms -o json && { silent out || python3 -c '
import json, sys
for line in open(sys.argv[1]): assert json.loads(line)["schema"] == "haoh.event/1"' "$work/out"; } &&
        run haoh monitor nvme99 -R "$work/host" --for=1 && ended 1 && said nvme99 &&
        run haoh monitor -R "$work/host" --for=0 && ended 1 && said 'for=0'
}

source=$("$root/tests/plugin/source.sh" "$suite" 2>"$work/said") ||
    skip_all "Debian's nvme-cli cannot be had: $(tail -n 1 "$work/said")"
for tool in meson ninja pkg-config; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed"
done
for package in libnvme-mi json-c; do
    pkg-config --exists "$package" || skip_all "pkg-config does not find $package (tools/packages.txt)"
done

holds "the plugin is installed into a tree once, and again" installs_once_and_again
holds "an older plugin is replaced" replaces_an_older_plugin
holds "the plugin is removed without a trace" removes_what_it_installed
holds "what is no nvme-cli tree is refused and left alone" refuses_what_is_no_tree
if command -v shellcheck >/dev/null; then
    holds "the scripts pass shellcheck" shellcheck -S warning "$root"/plugins/nvme-cli/*.sh "$root"/tests/plugin/*.sh
else
    skip "the scripts pass shellcheck" "shellcheck is not installed"
fi
holds "the patches for Debian are what the sources make" "$root/plugins/nvme-cli/make-patches.sh" --check

nvme=$("$root/tests/plugin/build.sh" "$build" "$build/nvme-cli" "$source" 2>"$work/said") || {
    tell "nvme-cli is built with the plugin" "$(cat "$work/said"; echo "it is not")"
    end_cases
}
holds "nvme-cli is built with the plugin" test -x "$nvme"
record_tree "$work/host"
cp -R "$work/host" "$work/broken"
break_tree "$work/broken"

holds "nvme names the plugin" is_there_for_nvme
holds "each command has its help, and the manual its options" helps
holds "unknown commands and options are refused" refuses_unknown_commands_and_options
holds "list is what haoh lists" lists_like_haoh
holds "check is what haoh checks, and ends with 1" checks_like_haoh
holds "check takes its options" judges_as_it_is_told
holds "check holds against an earlier snapshot" holds_against_a_snapshot
holds "check takes waivers and a baseline" accepts_what_is_known
holds "check refuses wrong options" refuses_wrong_judgement
holds "rules are listed" lists_rules
holds "policies are told" tells_policies
holds "wrong policies are refused" refuses_wrong_policies
holds "snapshots are recorded" records_snapshots
holds "an unknown device is named" knows_no_such_device
holds "a host without NVMe is told" says_that_there_is_no_nvme
holds "errors are quoted" quotes_errors
holds "what is written for terminals is not passed on" passes_nothing_on
holds "a file that is replaced keeps what it is" keeps_what_a_file_is
holds "no file is waited for" waits_for_no_file
holds "it works without root" works_without_root
holds "lost output is told" says_when_output_is_lost
holds "the monitor ends by a signal" ends_by_a_signal
holds "the monitor ends in time" ends_in_time
end_cases
