#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# debian_root.sh SUITE[-NAME] [PACKAGES...]
#
# Makes, once, a minimal Debian root of SUITE (bookworm, trixie) below the cache, installs what of
# PACKAGES is missing there, and prints the root's path. With a NAME it is another one of that suite.
#
# The archive is the one that this machine's own apt sources name, asked of apt itself, and so are
# proxies and other settings of how to download. Source packages are offered too (apt-get source).
# The cache is $HAOH_CACHE_DIR, by default ${XDG_CACHE_HOME:-$HOME/.cache}/haoh. What is there is
# used again without the network; remove CACHE/SUITE[-NAME] to begin anew. Needs root, or sudo.
set -euo pipefail
export LC_ALL=C

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

(($# >= 1)) && [[ $1 != -* ]] || {
    sed -n '4,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}
name=$1 suite=${1%%-*}
shift
cache=${HAOH_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/haoh}
if ((EUID != 0)); then
    command -v sudo >/dev/null || die "a Debian root is made by root; run this as root or install sudo"
    exec sudo HAOH_CACHE_DIR="$cache" "${BASH_SOURCE[0]}" "$name" "$@"
fi
# Since /usr was merged, chroot may find a caller's PATH without sbin.
export PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$cache"
root=$(cd "$cache" && pwd)/$name
log=$root.log
exec 9>"$root.lock"
flock -w 1800 9 || die "another ${0##*/} holds $root.lock"

quietly() { # a command, whose output only matters when it fails
    "$@" >>"$log" 2>&1 9>&- </dev/null || {
        tail -n 30 "$log" >&2
        die "failed: $*"
    }
}

# Sets archive and (where the machine has one) security.
find_archive() {
    local release uri
    archive='' security=''
    while read -r release uri; do
        case $release in
        *-security | */updates) security=${security:-$uri} ;;
        bookworm | trixie | forky | stable | testing | unstable | sid) archive=${archive:-$uri} ;;
        esac
    done < <(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Identifier: Packages')
    [[ -n $archive ]] || die "this machine's apt sources name no Debian archive"
}

# How this machine downloads holds inside as well: proxies, snapshots whose dates have passed.
write_apt_configuration() {
    local target=$1 which=deb
    apt-config dump | grep -E '^Acquire::(https?|ftp|Retries|Check-(Valid-Until|Date)|AllowInsecure[A-Za-z]*)(::[^ ]*)? "[^"]' \
        >"$target/etc/apt/apt.conf.d/10haoh" || true
    cat >>"$target/etc/apt/apt.conf.d/10haoh" <<'CONFIG'
Acquire::Languages "none";
Acquire::Retries "3";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Sandbox::User "root";
Dpkg::Use-Pty "0";
CONFIG
    for which in deb deb-src; do
        printf "$which %s %s main\n" "$archive" "$suite" "$archive" "$suite-updates"
        [[ -z $security ]] || printf "$which %s %s main\n" "$security" "$suite-security"
    done >"$target/etc/apt/sources.list"
    # Nothing that is installed there starts a service.
    printf '#!/bin/sh\nexit 101\n' >"$target/usr/sbin/policy-rc.d"
    chmod 0755 "$target/usr/sbin/policy-rc.d"
}

make_root() {
    local new=$root.new proxy=
    command -v debootstrap >/dev/null || {
        command -v apt-get >/dev/null || die "debootstrap is missing"
        quietly apt-get -qq update
        quietly env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends debootstrap
    }
    find_archive
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    rm -rf --one-file-system "$new" "$root"
    quietly env ${proxy:+http_proxy="$proxy" https_proxy="$proxy"} debootstrap --variant=minbase \
        --include=ca-certificates "$suite" "$new" "$archive"
    write_apt_configuration "$new"
    mv "$new" "$root"
    in_root apt-get -qq update
    # The cache keeps packages once: as installed.
    in_root apt-get clean
    touch "$root/.complete"
}

in_root() {
    quietly "$(dirname "${BASH_SOURCE[0]}")/in_root.sh" --root "$root" --writable -- \
        env DEBIAN_FRONTEND=noninteractive "$@"
}

: >"$log"
[[ -e $root/.complete ]] || make_root

missing=()
for package in "$@"; do
    # shellcheck disable=SC2016 # dpkg-query's own
    [[ $(dpkg-query --admindir="$root/var/lib/dpkg" -W -f='${db:Status-Status}' "$package" \
        2>/dev/null) == installed ]] || missing+=("$package")
done
if ((${#missing[@]})); then
    in_root apt-get -qq update
    in_root apt-get -qq install -y "${missing[@]}"
    in_root apt-get clean
fi
printf '%s\n' "$root"
