#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# source.sh SUITE
#
# Gets the nvme-cli source package of a Debian suite (bookworm, trixie) with apt-get, in the version that
# the patches are for, and prints the directory where it lies unpacked, with Debian's patches applied;
# its name is the version. It is for reading only: copy it to build in it. Without a network a tree that
# is there is used as it is.
#
# The cache is $HAOH_NVME_CLI_CACHE, by default ${XDG_CACHE_HOME:-$HOME/.cache}/haoh/nvme-cli.
# Nothing is installed, and apt's own state is not touched. The archive is the one that this
# machine's own apt sources name.
set -euo pipefail
export LC_ALL=C

die() {
    printf 'source.sh: %s\n' "$*" >&2
    exit 1
}

suite=${1-}
case $suite in
    bookworm) version=2.4+really2.3-3 ;;
    trixie) version=2.13-2 ;;
    *)
        sed -n '4,14s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac
cache=${HAOH_NVME_CLI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/haoh/nvme-cli}

mkdir -p "$cache/$suite"
directory=$(cd "$cache/$suite" && pwd)
tree=$directory/$version
exec 9>"$directory/lock"
flock -w 300 9 || die "another source.sh holds $directory/lock"
if [[ -e $tree/meson.build ]]; then
    printf '%s\n' "$tree"
    exit 0
fi

command -v apt-get >/dev/null && command -v dpkg-source >/dev/null ||
    die "apt-get and dpkg-source (package dpkg-dev) are needed to get Debian's source packages"
archive=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' |
    awk '$1 ~ /^(bookworm|trixie|forky|stable|testing|unstable|sid)$/ { print $2; exit }')
[[ -n $archive ]] || die "no Debian archive in this machine's apt sources"

work=$directory/work
rm -rf "$work"
mkdir -p "$work"/{lists/partial,cache/archives/partial,empty}
: >"$work/status"
printf 'deb-src [signed-by=%s] %s %s main\n' /usr/share/keyrings/debian-archive-keyring.gpg \
    "$archive" "$suite" >"$work/sources.list"
# APT_CONFIG is read after the machine's own apt.conf.d, whose proxy settings therefore hold.
cat >"$work/apt.conf" <<CONFIG
Dir::State "$work";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "$work/empty";
Dir::Etc::preferences "$work/none";
Dir::Etc::preferencesparts "$work/empty";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
APT::Sandbox::User "$(id -un)";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONFIG
export APT_CONFIG="$work/apt.conf"
log=$directory/log
{ apt-get -q update && cd "$work" && apt-get -q source "nvme-cli=$version"; } >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "apt-get source nvme-cli=$version of $suite failed; see above"
}
mv "$work"/nvme-cli-*/ "$tree"
rm -rf "$work"
printf '%s\n' "$tree"
