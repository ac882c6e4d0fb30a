#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# use_packages.sh DIRECTORY    in a clean Debian root that may be spoilt: installs the packages of the
#                              directory, uses them as their users do, and removes them
set -uo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
debs=$(cd "$1" && pwd) || exit 2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
examples=/usr/share/doc/haoh/examples
simulator=
trap '[[ -z $simulator ]] || kill "$simulator"' EXIT

# shellcheck source=../support/cases.sh
. "$here/../support/cases.sh"
begin_cases "$work/log"

install_debs() {
    local package files=()
    for package in "$@"; do
        files+=("$debs/${package}"_[0-9]*.deb)
    done
    apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "${files[@]}"
}

version_is_told() {
    [[ $(haoh --version) == *"$(dpkg-query -W -f='${source:Upstream-Version}' haoh)"* ]] &&
        haoh-arraysim --version
}

rules_are_told() {
    local rules
    rules=$(haoh rules -o json) && [[ $rules == *'"haoh.rules/1"'* ]] && haoh rules >/dev/null
}

# Starts the arrays of a scenario, checks them, and wants that exit status.
check_arrays() { # SCENARIO, STATUS
    local i status=0 targets=() address
    rm -f "$work/addresses"
    haoh-arraysim "$1" --address-file "$work/addresses" &
    simulator=$!
    for ((i = 0; i < 300; ++i)); do
        [[ ! -s $work/addresses ]] || break
        kill -0 "$simulator" || return
        sleep 0.1
    done
    while read -r _ address; do
        targets+=(-t "$address")
    done <"$work/addresses"
    timeout 60 haoh check "${targets[@]}" --nqn nqn.2026-01.io.example:stretched || status=$?
    kill "$simulator"
    wait "$simulator"
    simulator=
    ((${#targets[@]} == 4 && status == $2))
}

completions_are_loaded() {
    # shellcheck disable=SC2016 # for the inner shells
    bash -c 'for p in haoh haoh-arraysim; do
        . /usr/share/bash-completion/completions/$p && complete -p $p || exit; done' &&
        [[ -s /usr/share/zsh/vendor-completions/_haoh && -s /usr/share/fish/vendor_completions.d/haoh.fish ]]
}

unit_is_there_and_off() {
    local unit
    unit=$(dpkg -L haoh | grep '/systemd/system/haoh-monitor\.service$') || return
    grep -qx 'ExecStart=/usr/bin/haoh monitor .*' "$unit" &&
        ! find /etc/systemd -name 'haoh*' | grep .
}

# Nothing that only a build needs comes along.
is_lean() { ! dpkg -l | grep -E '^ii +(libboost|lib(fmt|nvme|haoh)-dev|cmake|g\+\+)'; }

consumer() { # COMPILER, SOURCE
    # shellcheck disable=SC2046 # words
    $1 "$here/../consumer/$2" $(pkg-config --cflags --libs haoh) -o "$work/consumer" && "$work/consumer"
}

is_removed() {
    apt-get -qq -o Dpkg::Use-Pty=0 purge -y haoh haoh-arraysim libhaoh1 libhaoh-dev || return
    ! find / -xdev -name '*haoh*' -not -path '/haoh*' -not -path '/proc/*' -not -path '/tmp/*' \
        -not -path '/var/cache/*' -not -path '/etc/apt/*' | grep .
}

apt-get -qq update >"$work/update" 2>&1 || { cat "$work/update" && exit 1; }
if holds "haoh and haoh-arraysim are installed" install_debs libhaoh1 haoh haoh-arraysim; then
    holds "nothing that only a build needs comes along" is_lean
    holds "they tell their version" version_is_told
    holds "the rules" rules_are_told
    holds "two simulated arrays are checked, and are well" check_arrays $examples/pair.toml 0
    holds "two that differ are not" check_arrays $examples/broken-pair.toml 1
    holds "completions" completions_are_loaded
    holds "the unit is there, and off" unit_is_there_and_off
fi
if holds "libhaoh-dev is installed" install_debs libhaoh1 libhaoh-dev &&
    holds "compilers" apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends gcc libc6-dev pkg-config; then
    # Before there is a compiler for C++.
    holds "a program in C" consumer "gcc -Wall -Wextra -Werror" consumer.c
    holds "a compiler for C++" apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends g++ &&
        holds "a program in C++" consumer "g++ -std=c++20" consumer.cpp
fi
holds "all is removed" is_removed
end_cases
