#!/usr/bin/env zsh
# SPDX-License-Identifier: LGPL-2.1-or-later
# completion.zsh FUNCTIONS LINE...    what zsh offers behind each line, as a user at a terminal gets
# it: a line a candidate, "END" behind those of each line
zmodload zsh/zpty
folder=$1
shift
answers=$(mktemp)

# An interactive zsh on a terminal of its own. compadd is what all candidates go through.
setup='
PROMPT= RPROMPT=
fpath=('$folder' $fpath)
autoload -Uz compinit
compinit -D -u
compadd() {
    local -a hits
    # With -O, -A and -D nothing is offered, only compared.
    if (( ! ${@[(I)-[OAD]*]} )); then
        builtin compadd -A hits "$@"
        (( $#hits )) && print -r -l -- $hits >>'$answers'
    fi
    builtin compadd "$@"
}
capture() { _main_complete; compstate[insert]= compstate[list]=; print END >>'$answers' }
zle -C capture complete-word capture
bindkey "^I" capture
bindkey "^G" kill-buffer
zstyle ":completion:*" verbose no
print READY >>'$answers
start=$(mktemp)
print -r -- $setup >$start
zpty shell zsh -f -i
zpty -w shell "source $start"

expect() { # the line that $answers has to get, how often
    local tries
    for (( tries = 0; tries < 600; ++tries )); do
        [[ $(grep -cx -- $1 $answers) -ge $2 ]] && return
        # Its terminal must not run full.
        zpty -rt shell >/dev/null
        sleep 0.05
    done
    print -u2 "zsh does not answer"
    rm -f $start $answers
    exit 1
}
expect READY 1
integer number=0
for line in "$@"; do
    zpty -n -w shell $'\x07'"$line"$'\t'
    expect END $((++number))
done
zpty -d shell
grep -vx READY $answers
rm -f $start $answers
