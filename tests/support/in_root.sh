#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# in_root.sh --root ROOT [--writable] [--bind DIR[:TARGET]]... [--] COMMAND...
#
# Runs a command as root of a Debian root that debian_root.sh made, and ends with its exit status.
#   --root ROOT    the root's path
#   --writable     what the command changes in the root stays; else it is gone afterwards, so that
#                  any number of commands can run there at a time, each in a clean root
#   --bind D[:T]   the directory D of this machine, writable, as T in there (the same path without T)
#
# The source tree is /haoh in there, writable, and the working directory. This machine's ccache is
# used where it has one. Mounts live in a namespace of their own: they, and all processes, end with
# the command. Needs root, or sudo.
set -euo pipefail

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 2
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$here/../.." && pwd)
ccache=${CCACHE_DIR:-}
[[ -n $ccache ]] || ! command -v ccache >/dev/null || ccache=$(ccache --get-config cache_dir)

# Inside the namespace: mounts, and then the command.
if [[ ${1-} == --inside ]]; then
    root=$2 writable=$3 tree=$4 ccache=$5 binds=$6
    shift 6
    mount --make-rprivate /
    if [[ $writable == false ]]; then
        # A file system in memory would be too small for a build.
        scratch=$HAOH_SCRATCH
        unset HAOH_SCRATCH
        mkdir -p "$scratch"/{upper,work,root}
        mount -t overlay overlay -o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
        root=$scratch/root
    else
        mount --bind "$root" "$root"
    fi
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/run"
    mkdir -p "$root/haoh" "$root/run/lock"
    mount --bind "$tree" "$root/haoh"
    rm -f "$root/etc/resolv.conf"
    cat /etc/resolv.conf >"$root/etc/resolv.conf"
    cat /etc/hosts >"$root/etc/hosts"
    if [[ -n $ccache ]]; then
        mkdir -p "$ccache" "$root/var/cache/ccache"
        mount --bind "$ccache" "$root/var/cache/ccache"
    fi
    while IFS= read -r bind; do
        [[ -n $bind ]] || continue
        from=${bind%%:*} to=${bind#*:}
        mkdir -p "$root/$to"
        mount --bind "$from" "$root/$to"
    done <<<"$binds"
    # Not this machine's environment: what runs in there must not depend on it.
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        LANG=C.UTF-8 TERM="${TERM:-dumb}" ${ccache:+CCACHE_DIR=/var/cache/ccache} ${CI:+CI="$CI"} \
        chroot "$root" bash -c 'cd /haoh && exec "$@"' - "$@"
fi

root='' writable=false binds=''
arguments=("$@")
while (($#)); do
    case $1 in
    --root) root=${2-} && shift ;;
    --writable) writable=true ;;
    --bind) binds+=${2-}$'\n' && shift ;;
    --)
        shift
        break
        ;;
    -*)
        sed -n '4,16s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
    *) break ;;
    esac
    shift
done
[[ -d $root ]] || die "no root '$root'; tests/support/debian_root.sh makes one"
(($#)) || die "no command given"
if ((EUID != 0)); then
    command -v sudo >/dev/null || die "entering a root takes root; run this as root or install sudo"
    exec sudo ${ccache:+CCACHE_DIR="$ccache"} ${CI:+CI="$CI"} "$here/in_root.sh" "${arguments[@]}"
fi

enter=(unshare --mount --pid --fork --kill-child "$here/in_root.sh" --inside "$root" "$writable"
    "$tree" "$ccache" "$binds" "$@")
[[ $writable == false ]] || exec "${enter[@]}"
# Beside the root: an overlay wants its directories on a file system that can be one's upper layer.
scratch=$(mktemp -d "$root.scratch.XXXXXX")
trap 'rm -rf --one-file-system "$scratch"' EXIT
HAOH_SCRATCH=$scratch "${enter[@]}"
