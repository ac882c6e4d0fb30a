# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for haoh(1). tests/tool/completion_test.py holds it against --help.

# The words of the command line that are neither options nor values of options.
function __haoh_words
    set -l takes_value -o --output --color --config --profile --window --fail-on --expect --kernel --rule -t --target \
        --nqn --hostnqn --hostid --snapshot --sysroot --timeout --command-timeout --for --until --exec \
        --metrics --interval --detect --policy --seed --udev-rule --waivers --write-waivers --as-of --baseline
    set -l words (commandline -opc)
    set -e words[1]
    set -l skip no
    for word in $words
        if test $skip = yes
            set skip no
        else if string match -q -- '-*' $word
            contains -- $word $takes_value; and set skip yes
        else
            printf '%s\n' $word
        end
    end
end

# The command that is being completed is one of these ("check", "policy set").
function __haoh_at
    set -l words (__haoh_words)
    set -l command $words[1]
    test "$command" = policy; and set command (string trim -- "policy $words[2]")
    contains -- "$command" $argv
end

# How many words stand behind the command.
function __haoh_place
    set -l words (__haoh_words)
    set -l own 1
    test "$words[1]" = policy; and set own 2
    test (math (count $words) - $own) = $argv[1]
end

# The sysfs that the command line means: this host's, or that below --sysroot.
function __haoh_sysfs
    set -l words (commandline -opc)
    for i in (seq (count $words))
        switch $words[$i]
            case --sysroot
                test $i -lt (count $words); and printf '%s/sys\n' $words[(math $i + 1)]; and return
            case '--sysroot=*'
                printf '%s/sys\n' (string replace -- --sysroot= '' $words[$i]); and return
        end
    end
    echo /sys
end

# FORMAT, or FORMAT=FILE.
function __haoh_outputs
    set -l parts (string split -m 1 -- = (commandline -ct))
    if test (count $parts) = 2
        for path in (__fish_complete_path $parts[2])
            printf '%s=%s\n' $parts[1] $path
        end
    else
        printf '%s\n' text json junit sarif markdown html
    end
end

function __haoh_nqns
    set -l files (__haoh_sysfs)/class/nvme-subsystem/*/subsysnqn
    test -n "$files"; and cat $files 2>/dev/null
end

function __haoh_devices
    set -l paths (__haoh_sysfs)/class/nvme-subsystem/nvme-subsys*/nvme*n*
    string match -r -- 'nvme[0-9]+n[0-9]+$' $paths
end

function __haoh_names
    set -l subsystems (__haoh_sysfs)/class/nvme-subsystem/nvme-subsys*
    set -l below (__haoh_sysfs)/class/nvme-subsystem/nvme-subsys*/nvme*
    string match -r -- 'nvme-subsys[0-9]+$' $subsystems
    string match -r -- 'nvme[0-9]+$' $below
    __haoh_devices
    __haoh_nqns
end

function __haoh_rules
    # Not through a pipe: a busy machine's "string" may miss the end of it.
    set -l lines (haoh rules -o json 2>/dev/null)
    test -n "$lines"; and string match -rg -- '"id": *"([^"]*)"' $lines
end

set -l commands check list monitor policy snapshot diff rules
set -l policies 'policy list' 'policy show' 'policy set' 'policy explain' 'policy simulate'
set -l sources list check monitor snapshot
set -l views list check monitor diff rules 'policy list' 'policy show' 'policy explain' 'policy simulate'

# at COMMAND... : the condition of a completion
function __haoh_condition
    printf '__haoh_at'
    printf " '%s'" $argv
end
set -l source (__haoh_condition $sources)
set -l view (__haoh_condition $views)
set -l any (__haoh_condition '' $commands $policies)

complete -c haoh -f
complete -c haoh -n "__haoh_at ''" -a check -d 'Is it really one thing?'
complete -c haoh -n "__haoh_at ''" -a list -d 'What is there, from where?'
complete -c haoh -n "__haoh_at ''" -a monitor -d 'What is changing, and how long did it take?'
complete -c haoh -n "__haoh_at ''" -a policy -d 'Which way does I/O go, and which way should it?'
complete -c haoh -n "__haoh_at ''" -a snapshot -d 'Record what the controllers say'
complete -c haoh -n "__haoh_at ''" -a diff -d 'What changed between two snapshots?'
complete -c haoh -n "__haoh_at ''" -a rules -d 'What is judged, and on what basis'
complete -c haoh -n "__haoh_at policy" -a list -d 'The policies that this kernel offers'
complete -c haoh -n "__haoh_at policy" -a show -d 'The policies in use, and where I/O goes'
complete -c haoh -n "__haoh_at policy" -a set -d 'Set the policy of a subsystem, or the default'
complete -c haoh -n "__haoh_at policy" -a explain -d 'Which path the next I/O takes, and why'
complete -c haoh -n "__haoh_at policy" -a simulate -d 'What each policy makes of a workload'

# What stands behind a command.
complete -c haoh -n "__haoh_at list check monitor snapshot 'policy show'" -a '(__haoh_names)'
complete -c haoh -n "__haoh_at snapshot" -F
complete -c haoh -n "__haoh_at diff; and not __haoh_place 2" -F
complete -c haoh -n "__haoh_at rules; and __haoh_place 0" -a '(__haoh_rules)'
complete -c haoh -n "__haoh_at 'policy set'; and __haoh_place 0" -a 'numa round-robin queue-depth'
complete -c haoh -n "__haoh_at 'policy set'; and not __haoh_place 0" -a '(__haoh_names)'
complete -c haoh -n "__haoh_at 'policy explain'; and __haoh_place 0" -a '(__haoh_devices)'
complete -c haoh -n "__haoh_at 'policy simulate'; and __haoh_place 0" -F -a '(__haoh_devices)'

complete -c haoh -n "$any; or __haoh_at policy" -s h -l help -d 'Print help'
complete -c haoh -n "__haoh_at ''" -l version -d 'Print the version'

complete -c haoh -n "__haoh_at monitor diff 'policy list' 'policy show' 'policy explain'" \
    -s o -l output -x -a 'text json' -d 'How to print'
complete -c haoh -n "__haoh_at check" -s o -l output -x -a '(__haoh_outputs)' -d 'How to print'
complete -c haoh -n "__haoh_at list" -s o -l output -x -a 'text json dot svg' -d 'How to print'
complete -c haoh -n "__haoh_at rules" -s o -l output -x -a 'text json markdown' -d 'How to print'
complete -c haoh -n "__haoh_at 'policy simulate'" -s o -l output -x -a 'text json svg' -d 'How to print'
complete -c haoh -n $view -l color -x -a 'auto always never' -d 'Colour the text'
complete -c haoh -n $view -s v -l verbose -d 'Say more'
complete -c haoh -n "$view; or __haoh_at snapshot" -s q -l quiet -d 'No progress'
complete -c haoh -n "__haoh_at list check monitor 'policy show' 'policy explain' 'policy simulate'" \
    -l config -r -F -d 'Sites and settings, haoh.toml(5)'

complete -c haoh -n $source -s t -l target -x -a 'tcp://' -d 'Ask an array directly'
complete -c haoh -n $source -l nqn -x -a '(__haoh_nqns)' -d 'The subsystem to ask for'
complete -c haoh -n $source -l hostnqn -x -d 'Connect as this host'
complete -c haoh -n $source -l hostid -x -d 'Its host ID'
complete -c haoh -n $source -l snapshot -r -F -d 'Read a recorded observation'
complete -c haoh -n "$source; or __haoh_at 'policy list' 'policy show' 'policy explain' 'policy simulate'" \
    -l sysroot -x -a '(__fish_complete_directories)' -d 'Look at a recorded tree'
complete -c haoh -n $source -l timeout -x -d 'Seconds for each target or controller'
complete -c haoh -n $source -l command-timeout -x -d 'Seconds for each connection and command'
complete -c haoh -n $source -l hdr-digest -d 'Ask for header digests'
complete -c haoh -n $source -l data-digest -d 'Ask for data digests'
complete -c haoh -n $source -l no-probe -d 'No second connection'

complete -c haoh -n "__haoh_at check" -l profile -x -a 'auto single stretched dispersed' -d 'What is presented'
complete -c haoh -n "__haoh_at check" -l window -x -a 'none migration upgrade resize' -d 'A change is under way'
complete -c haoh -n "__haoh_at check" -l fail-on -x -a 'fail warn' -d 'Exit with 1 from this verdict on'
complete -c haoh -n "__haoh_at check" -l expect -r -F -d 'An earlier snapshot that was good'
complete -c haoh -n "__haoh_at check" -l waivers -r -F -d 'Known deviations, haoh-waivers(5)'
complete -c haoh -n "__haoh_at check" -l write-waivers -r -F -d 'Draft such a file from what blocks'
complete -c haoh -n "__haoh_at check" -l as-of -x -d 'Judge the waivers as on this day'
complete -c haoh -n "__haoh_at check" -l baseline -r -F -d 'An earlier report: only what is new blocks'
complete -c haoh -n "__haoh_at check" -l kernel -x -d 'What this Linux release does with each finding'
complete -c haoh -n "__haoh_at check" -l rule -x -a '(__haoh_rules)' -d 'Only rules whose ID matches'

complete -c haoh -n "__haoh_at monitor" -l for -x -d 'End after this time'
complete -c haoh -n "__haoh_at monitor" -l until -x -d 'End with the first event of a kind' \
    -a 'ana_change ana_coalesced aen path_added path_lost path_refused controller_state namespace_added
        namespace_removed namespace_resized namespace_read_only identity_changed access anatt_exceeded
        source_lost source_restored source_late'
complete -c haoh -n "__haoh_at monitor" -l exec -x -a '(__fish_complete_command)' -d 'Run for each event'
complete -c haoh -n "__haoh_at monitor" -l metrics -x -d 'Serve metrics at [ADDR:]PORT'
complete -c haoh -n "__haoh_at monitor" -l interval -x -d 'How often states are read'
complete -c haoh -n "__haoh_at monitor" -l detect -x -d 'How soon a silent array is lost'
complete -c haoh -n "__haoh_at monitor" -l lines -d 'Lines instead of the live screen'
complete -c haoh -n "__haoh_at monitor" -l journal -r -F -d 'Record what happens'
complete -c haoh -n "__haoh_at monitor" -l journal-size -x -d 'Begin a new file when it is this large'
complete -c haoh -n "__haoh_at monitor" -l journal-keep -x -d 'How many older files stay'
complete -c haoh -n "__haoh_at monitor" -l replay -r -F -d 'Tell what was recorded'
complete -c haoh -n "__haoh_at monitor" -l speed -x -a 'max' -d 'So many times as fast as it was'
complete -c haoh -n "__haoh_at monitor" -l since -x -d 'Only what happened from then on'
complete -c haoh -n "__haoh_at monitor" -l to -x -d 'Only what happened until then'

complete -c haoh -n "__haoh_at 'policy show'" -l for -x -d 'How long I/O is counted'
complete -c haoh -n "__haoh_at 'policy set'" -l default -d 'What later subsystems take'
complete -c haoh -n "__haoh_at 'policy set'" -l udev-rule -r -F -d 'Also write a udev rule'
complete -c haoh -n "__haoh_at 'policy set'" -l force -d 'Let the kernel decide; replace the file'
complete -c haoh -n "__haoh_at 'policy simulate'" -l policy -x -d 'Only this policy' \
    -a 'numa round-robin queue-depth site-affinity latency weighted spdk-round-robin'
complete -c haoh -n "__haoh_at 'policy simulate'" -l seed -x -d 'Of the random times'
functions -e __haoh_condition
