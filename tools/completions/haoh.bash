# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for haoh(1) and haoh-arraysim(1). tests/tool/completion_test.py holds it against
# --help. Needs nothing of the package bash-completion but its loading on demand.

# COMP_WORDS is split at ':' and '=' too, which addresses and NQNs are full of: words and cword are
# without that, and cur is what is being completed.
_haoh_words() {
    local i word join=
    words=() cword=0
    for ((i = 0; i < ${#COMP_WORDS[@]}; ++i)); do
        word=${COMP_WORDS[i]}
        if ((i > 1)) && [[ -n $word || $i -eq $COMP_CWORD ]] && [[ $join || $word == [:=]* ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
        join=
        [[ $word != [:=]* ]] || join=yes
        ((i != COMP_CWORD)) || cword=$((${#words[@]} - 1))
    done
    cur=${words[cword]-}
}

# Sets COMPREPLY to those of the words (one a line) that begin with cur.
_haoh_reply() {
    local word
    COMPREPLY=()
    while IFS= read -r word; do
        [[ -n $word && $word == "$cur"* ]] && COMPREPLY+=("$word")
    done <<<"$1"
    # readline replaces what is behind the last ':' only.
    if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*:}"}"}")
    fi
}

_haoh_words_reply() { _haoh_reply "${1// /$'\n'}"; }

_haoh_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}

_haoh_directories() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -d -- "$cur")
}

# The sysfs that the command line means: this host's, or that below --sysroot.
_haoh_sysfs() {
    local i
    for ((i = 1; i < cword; ++i)); do
        case ${words[i]} in
        --sysroot) printf '%s/sys\n' "${words[i + 1]%/}" && return ;;
        --sysroot=*) i=${words[i]#*=} && printf '%s/sys\n' "${i%/}" && return ;;
        esac
    done
    printf '/sys\n'
}

_haoh_nqns() { cat "$(_haoh_sysfs)"/class/nvme-subsystem/*/subsysnqn 2>/dev/null; }

_haoh_kernel_names() { # devices: only namespaces
    local path
    for path in "$(_haoh_sysfs)"/class/nvme-subsystem/nvme-subsys*{,/nvme*}; do
        case ${path##*/} in
        *[*] | nvme*c*n*) ;; # nothing is there; one path of many
        nvme-*) [[ $1 == devices ]] || printf '%s\n' "${path##*/}" ;;
        nvme*n*) printf '%s\n' "${path##*/}" ;;
        *) [[ $1 == devices ]] || printf '%s\n' "${path##*/}" ;;
        esac
    done
}

_haoh_devices() {
    if [[ $cur == /* ]]; then
        mapfile -t COMPREPLY < <(compgen -G "$cur*" 2>/dev/null)
    else
        _haoh_reply "$(_haoh_kernel_names devices)"
    fi
}

_haoh_names() {
    if [[ $cur == /* ]]; then
        _haoh_devices
    else
        _haoh_reply "$(
            _haoh_kernel_names all
            _haoh_nqns
        )"
    fi
}

_haoh_rules() {
    _haoh_reply "$("${words[0]}" rules -o json 2>/dev/null | grep -o '"id": *"[^"]*"' | cut -d '"' -f 4)"
}

_haoh_options() { # the command
    local view='-o --output --color -v --verbose -q --quiet'
    local source='-t --target --nqn --hostnqn --hostid --snapshot --sysroot --timeout --command-timeout
        --hdr-digest --data-digest --no-probe'
    local options='-h --help'
    case $1 in
    '') options+=' --version' ;;
    list) options+=" $view --config $source" ;;
    check) options+=" $view --config $source --profile --window --fail-on --expect --kernel --rule
            --waivers --write-waivers --as-of --baseline" ;;
    monitor)
        options+=" $view --config $source --for --until --exec --metrics --interval --detect --lines
            --journal --journal-size --journal-keep --replay --speed --since --to"
        ;;
    snapshot) options+=" -q --quiet $source" ;;
    diff | rules) options+=" $view" ;;
    'policy list') options+=" $view --sysroot" ;;
    'policy show') options+=" $view --sysroot --config --for" ;;
    'policy set') options+=' --default --udev-rule --force' ;;
    'policy explain') options+=" $view --sysroot --config" ;;
    'policy simulate') options+=" $view --sysroot --config --policy --seed" ;;
    esac
    printf '%s\n' $options
}

_haoh_formats() {
    case $1 in
    check) echo 'text json junit sarif markdown html' ;;
    list) echo 'text json dot svg' ;;
    rules) echo 'text json markdown' ;;
    'policy simulate') echo 'text json svg' ;;
    *) echo 'text json' ;;
    esac
}

# Completes the value of an option; fails when the option takes none.
_haoh_value() { # the command, the option
    case $2 in
    -o | --output)
        if [[ $1 == check && $cur == *=* ]]; then # FORMAT=FILE
            local cur=${cur#*=}
            _haoh_files
        else
            _haoh_words_reply "$(_haoh_formats "$1")"
        fi
        ;;
    --color) _haoh_words_reply 'auto always never' ;;
    --profile) _haoh_words_reply 'auto single stretched dispersed' ;;
    --window) _haoh_words_reply 'none migration upgrade resize' ;;
    --fail-on) _haoh_words_reply 'fail warn' ;;
    --policy)
        _haoh_words_reply 'numa round-robin queue-depth site-affinity latency weighted spdk-round-robin'
        ;;
    --until)
        _haoh_words_reply 'ana_change ana_coalesced aen path_added path_lost path_refused
            controller_state namespace_added namespace_removed namespace_resized namespace_read_only
            identity_changed access anatt_exceeded source_lost source_restored
            source_late'
        ;;
    --rule) _haoh_rules ;;
    --nqn) _haoh_reply "$(_haoh_nqns)" ;;
    --hostnqn) _haoh_reply "$(cat /etc/nvme/hostnqn 2>/dev/null)" ;;
    --hostid) _haoh_reply "$(cat /etc/nvme/hostid 2>/dev/null)" ;;
    -t | --target)
        compopt -o nospace 2>/dev/null
        _haoh_reply $'tcp://\ntransport=tcp,traddr='
        ;;
    --config | --snapshot | --expect | --waivers | --write-waivers | --baseline | --udev-rule | --journal | --replay) _haoh_files ;;
    --sysroot) _haoh_directories ;;
    --exec) mapfile -t COMPREPLY < <(compgen -c -- "$cur") ;;
    --speed) _haoh_words_reply 'max' ;;
    --kernel | --timeout | --command-timeout | --for | --metrics | --interval | --detect | --seed | --journal-size | \
        --journal-keep | --since | --to | --as-of) ;;
    *) return 1 ;;
    esac
}

# The option whose value is completed: the word before, or the one with '='. Empty: none.
_haoh_option_before() {
    if [[ $cur == --*=* ]]; then
        option=${cur%%=*} cur=${cur#*=}
    elif ((cword > 1)) && [[ ${words[cword - 1]} == -* ]]; then
        option=${words[cword - 1]}
    else
        option=
    fi
}

_haoh() {
    local words cword cur option command='' place=0 i
    COMPREPLY=()
    _haoh_words
    # The command, and how many words behind it are not options.
    for ((i = 1; i < cword; ++i)); do
        case ${words[i]} in
        --*=*) ;;
        -*) _haoh_value "$command" "${words[i]}" && ((++i)) ;;
        *)
            if [[ -z $command ]]; then
                command=${words[i]}
            elif [[ $command == policy ]]; then
                command+=" ${words[i]}"
            else
                ((++place))
            fi
            ;;
        esac
    done
    COMPREPLY=()
    _haoh_option_before
    [[ -n $option ]] && _haoh_value "$command" "$option" && return
    COMPREPLY=()
    if [[ $cur == -* ]]; then
        _haoh_reply "$(_haoh_options "$command")"
        return
    fi
    case $command in
    '') _haoh_words_reply 'check list monitor policy snapshot diff rules' ;;
    policy) _haoh_words_reply 'list show set explain simulate' ;;
    list | check | monitor | 'policy show') _haoh_names ;;
    snapshot)
        _haoh_names
        local names=("${COMPREPLY[@]}")
        _haoh_files
        COMPREPLY+=("${names[@]}")
        ;;
    diff) ((place >= 2)) || _haoh_files ;;
    rules) ((place >= 1)) || _haoh_rules ;;
    'policy set')
        if ((place == 0)); then
            _haoh_words_reply 'numa round-robin queue-depth'
        else
            _haoh_names
        fi
        ;;
    'policy explain') ((place >= 1)) || _haoh_devices ;;
    'policy simulate')
        ((place >= 1)) || {
            _haoh_devices
            local devices=("${COMPREPLY[@]}")
            _haoh_files
            COMPREPLY+=("${devices[@]}")
        }
        ;;
    esac
} && complete -F _haoh haoh

_haoh_arraysim() {
    local words cword cur option
    COMPREPLY=()
    _haoh_words
    _haoh_option_before
    case $option in
    --control | --address-file | --send) _haoh_files && return ;;
    --listen-on | --advertise) return ;;
    esac
    if [[ $cur == -* ]]; then
        _haoh_words_reply '-h --help --version --control --address-file --listen-on --advertise --check --send'
    else
        _haoh_files
    fi
} && complete -F _haoh_arraysim haoh-arraysim
