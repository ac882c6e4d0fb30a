#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# install-into.sh TREE [--remove]
#
# Puts the plugin `nvme haoh` into an nvme-cli source tree (2.3 to 3.x): the directory plugins/haoh,
# and one line at the end of plugins/meson.build. Again is as good as once; a newer plugin replaces
# the older. --remove takes both away, and leaves the tree as it was.
set -euo pipefail

die() {
    printf 'install-into.sh: %s\n' "$*" >&2
    exit 1
}

usage() {
    sed -n '4,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

source_directory=$(cd "$(dirname "${BASH_SOURCE[0]}")/haoh" && pwd)
readonly source_directory
readonly line="subdir('haoh')"

tree=
remove=false
for argument in "$@"; do
    case $argument in
        --remove) remove=true ;;
        -h | --help)
            usage
            exit 0
            ;;
        -*)
            usage >&2
            exit 2
            ;;
        *)
            [[ -z $tree ]] || {
                usage >&2
                exit 2
            }
            tree=$argument
            ;;
    esac
done
[[ -n $tree ]] || {
    usage >&2
    exit 2
}

[[ -d $tree ]] || die "$tree: no such directory"
readonly plugins=$tree/plugins
grep -qs "^project('nvme-cli'" "$tree/meson.build" ||
    grep -qs "^ *'nvme-cli'" "$tree/meson.build" ||
    die "$tree is no nvme-cli source tree (its meson.build is not that of the project nvme-cli);" \
        "get one with 'apt-get source nvme-cli', or a release of linux-nvme/nvme-cli"
[[ -f $plugins/meson.build ]] || die "$tree is nvme-cli, but older than 2.3: it has no plugins/meson.build"
for path in "$plugins" "$plugins/meson.build"; do
    [[ -w $path ]] || die "$path cannot be written"
done

# What tells the plugin's directory from another of the same name, which is not replaced.
readonly mark=$plugins/haoh/haoh-nvme.c
[[ ! -e $plugins/haoh || -e $mark ]] ||
    die "$plugins/haoh is there and is not this plugin; move it out of the way"

# Not sed -i: the file keeps its owner and mode, and is written only when something changes.
without_line() {
    grep -vxF "$line" "$plugins/meson.build" || true
}

if $remove; then
    changed=false
    if grep -qxF "$line" "$plugins/meson.build"; then
        kept=$(without_line && printf .)
        printf '%s' "${kept%.}" >"$plugins/meson.build"
        changed=true
    fi
    if [[ -e $mark ]]; then
        rm -r "$plugins/haoh"
        changed=true
    fi
    $changed && printf '%s: the plugin was removed\n' "$tree" || printf '%s: the plugin was not there\n' "$tree"
    exit 0
fi

if [[ -e $tree/nvme.h ]]; then
    layout=2.x
elif [[ -e $tree/src/global-ctx.h ]]; then
    layout=3.x
else
    die "$tree: neither nvme.h (2.x) nor src/global-ctx.h (3.x) is there;" \
        "this plugin knows no such nvme-cli yet"
fi

# The directory as it should be, beside the one that is there: it is replaced only when it differs.
staged=$(mktemp -d "$plugins/haoh.XXXXXX")
trap 'rm -rf "$staged"' EXIT
cp "$source_directory"/*.c "$source_directory"/*.h "$staged/"
cp "$source_directory/meson-$layout.build" "$staged/meson.build"
chmod 755 "$staged"
chmod 644 "$staged"/*

changed=false
if ! diff -rq "$staged" "$plugins/haoh" >/dev/null 2>&1; then
    rm -rf "$plugins/haoh"
    mv "$staged" "$plugins/haoh"
    changed=true
fi
if ! grep -qxF "$line" "$plugins/meson.build"; then
    # A last line without its newline would swallow this one.
    [[ -z $(tail -c 1 "$plugins/meson.build") ]] || printf '\n' >>"$plugins/meson.build"
    printf '%s\n' "$line" >>"$plugins/meson.build"
    changed=true
fi
if $changed; then
    printf '%s: the plugin was installed for nvme-cli %s\n' "$tree" "$layout"
    printf 'Build nvme-cli as usual; pkg-config has to find haoh (libhaoh-dev, or PKG_CONFIG_PATH).\n'
else
    printf '%s: the plugin was there already, nothing changed\n' "$tree"
fi
