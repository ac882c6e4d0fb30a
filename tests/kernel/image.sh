#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# image.sh [--refresh] FLAVOUR [CACHE]
#
# Makes a bootable pair out of Debian packages, below CACHE/FLAVOUR:
#   vmlinux             the newest kernel of the flavour that the suites offer, uncompressed
#   initramfs.cpio      busybox, kernel modules and the command agent
#   programs.img        an ext4 file system with fio, nvme-cli and the libraries they load
#   version             the kernel package and its version, one line
# and prints that directory. What is there is used again as long as the package version and this
# recipe are the same. The suites are asked at most twice a day unless --refresh is given; without
# a network an existing image is used as it is.
#
# FLAVOUR  6.1  (bookworm) | 6.12 (bookworm-backports) | 7 (trixie-backports, the newest 7.x)
# CACHE    default ${XDG_CACHE_HOME:-$HOME/.cache}/haoh/kernel
#
# Nothing is installed on this machine, and apt's own state is not touched: lists and downloads go
# to CACHE/FLAVOUR. The archive is the one that this machine's own apt sources name.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Loaded or needed by the tests; each must exist as a module or be built in.
required_modules=(virtio_pci virtio_net virtio_blk virtio_console ext4 configfs nvme-core nvme-fabrics
    nvme-tcp nvmet nvmet-tcp null_blk loop brd)
# Big parts of a kernel package that a guest has no use for; left out, an image is made faster.
unused_directories=(sound drivers/{gpu,hwmon,iio,infiniband,input,media,mfd,mtd,scsi,staging,usb}
    drivers/net/{can,ethernet,phy,usb,wireless})
# Helpful where the kernel has them; names differ between releases.
optional_modules=(crc32c crc32c-generic crc32c_intel libcrc32c nvme-loop)

die() {
    printf 'image.sh: %s\n' "$*" >&2
    exit 1
}

usage() {
    sed -n '4,21s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

# Prints "SUITE URI" for each binary source of this machine, from *.sources (deb822) and from
# one-line *.list files.
machine_sources() {
    local file
    for file in /etc/apt/sources.list.d/*.sources; do
        [[ -r $file ]] || continue
        awk '
            function flush(   i, j, n, m, u, s) {
                if (types ~ /(^| )deb( |$)/ && enabled !~ /^(no|false|0)$/) {
                    n = split(uris, u, " "); m = split(suites, s, " ")
                    for (i = 1; i <= n; ++i) for (j = 1; j <= m; ++j) print s[j], u[i]
                }
                types = uris = suites = enabled = field = ""
            }
            /^#/ { next }
            /^[ \t]*$/ { flush(); next }
            /^[ \t]/ { value = $0 }
            /^[^ \t]/ {
                field = tolower(substr($0, 1, index($0, ":") - 1))
                value = substr($0, index($0, ":") + 1)
            }
            {
                sub(/^[ \t]+/, "", value); sub(/[ \t]+$/, "", value)
                if (field == "types") types = types " " value
                if (field == "uris") uris = uris " " value
                if (field == "suites") suites = suites " " value
                if (field == "enabled") enabled = tolower(value)
            }
            END { flush() }' "$file"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [[ -r $file ]] || continue
        sed -n 's/^[ \t]*deb[ \t]\{1,\}\(\[[^]]*\][ \t]*\)\{0,1\}\([^ \t]\{1,\}\)[ \t]\{1,\}\([^ \t]\{1,\}\).*/\3 \2/p' "$file"
    done
}

# Sets archive and (where the machine has one) security to the URIs in use here.
find_archive() {
    local suite uri
    archive='' security=''
    while read -r suite uri; do
        case $suite in
            bookworm | trixie | forky | stable | testing | unstable | sid) archive=${archive:-$uri} ;;
            *-security | */updates) security=${security:-$uri} ;;
        esac
    done < <(machine_sources)
    [[ -n $archive ]] || die "no Debian archive in this machine's apt sources (/etc/apt/sources.list, sources.list.d)"
}

write_apt_configuration() {
    local suite
    mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/apt/empty"
    : >"$work/apt/status"
    {
        for suite in "${suites[@]}"; do
            printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$archive" "$suite"
        done
        if [[ $flavour == 6.1 && -n $security ]]; then
            printf 'deb [signed-by=%s] %s bookworm-security main\n' "$keyring" "$security"
        fi
    } >"$work/apt/sources.list"
    # APT_CONFIG is read after the machine's own apt.conf.d, whose proxy settings therefore hold.
    cat >"$work/apt/apt.conf" <<CONFIG
Dir::State "$work/apt";
Dir::State::lists "$work/apt/lists";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache";
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "$work/apt/empty";
Dir::Etc::preferences "$work/apt/none";
Dir::Etc::preferencesparts "$work/apt/empty";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "$(id -un)";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONFIG
    export APT_CONFIG="$work/apt/apt.conf"
}

# Prints the newest linux-image package of the flavour: plain amd64, signed, no rt/cloud/dbg.
newest_image_package() {
    apt-cache pkgnames "linux-image-$flavour." |
        grep -E "^linux-image-${flavour//./\\.}\.[0-9.]+([+-][a-z0-9.]+)?-amd64$" | sort -V | tail -n 1
}

# Prints PACKAGE and the parts of the kernel that it depends on: newer kernels are split into
# linux-base-*, linux-binary-* and linux-modules-*.
kernel_packages() {
    local -A seen=()
    local -a queue=("$1")
    local package
    while ((${#queue[@]})); do
        package=${queue[0]}
        queue=("${queue[@]:1}")
        [[ -z ${seen[$package]:-} ]] || continue
        seen[$package]=1
        printf '%s\n' "$package"
        mapfile -t -O "${#queue[@]}" queue < <(apt-cache show --no-all-versions "$package" |
            sed -n 's/^\(Pre-Depends\|Depends\): //p' | sed 's/[,|]/\n/g' | awk '{print $1}' |
            grep -E '^linux-(base|image|binary|modules)-[0-9].*-amd64$' || true)
    done
}

package_version() {
    apt-cache show --no-all-versions "$1" | sed -n 's/^Version: //p' | head -n 1
}

# Copies programs with the shared libraries that they load, at the paths where they expect them.
# Only files of installed Debian packages are taken.
copy_programs() {
    local root=$1 file known
    shift
    local -A real=()
    while read -r file; do
        real[$file]=$(realpath -e "$file")
    done < <(
        printf '%s\n' "$@"
        ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// {print $3} $1 ~ /^\// && NF > 1 {print $1}'
    )
    # dpkg knows a file by the path in its package, which may or may not begin with /usr.
    known=$({ dpkg -S "${real[@]}" "${real[@]#/usr}" 2>/dev/null || true; } | sed 's/^[^ ]*: //')
    known=$'\n'$known$'\n'
    for file in "${!real[@]}"; do
        [[ $known == *$'\n'"${real[$file]}"$'\n'* || $known == *$'\n'"${real[$file]#/usr}"$'\n'* ]] ||
            die "$file is not part of a Debian package"
        install -D -m 0755 "${real[$file]}" "$root$file"
    done
}

program_path() {
    local name=$1 path
    for path in /usr/bin /usr/sbin /bin /sbin; do
        if [[ -x $path/$name ]]; then
            printf '%s\n' "$path/$name"
            return
        fi
    done
    die "$name is missing; install the packages of packages.txt"
}

# Puts the modules with their dependencies, uncompressed, into the initramfs tree.
copy_modules() {
    local tree=$1 root=$2 release=$3 module line kind path target
    depmod -b "$tree" "$release"
    for module in "${required_modules[@]}" "${optional_modules[@]}"; do
        if ! line=$(modprobe -d "$tree" -S "$release" --show-depends "$module" 2>/dev/null); then
            [[ " ${required_modules[*]} " != *" $module "* ]] || die "kernel $release has no module $module"
            continue
        fi
        while read -r kind path _; do
            [[ $kind == insmod ]] || continue
            target=$root/lib/modules/$release/${path#*"/lib/modules/$release/"}
            target=${target%.xz} target=${target%.zst} target=${target%.gz}
            [[ ! -e $target ]] || continue
            mkdir -p "$(dirname "$target")"
            case $path in
                *.xz) xz -dc "$path" >"$target" ;;
                *.zst) zstd -qdc "$path" >"$target" ;;
                *.gz) gzip -dc "$path" >"$target" ;;
                *) cp "$path" "$target" ;;
            esac
        done <<<"$line"
    done
    for line in modules.builtin modules.builtin.modinfo modules.order; do
        [[ ! -e $tree/lib/modules/$release/$line ]] || cp "$tree/lib/modules/$release/$line" "$root/lib/modules/$release/"
    done
    depmod -b "$root" "$release"
}

# Takes the kernel out of a bzImage: QEMU starts the ELF file directly (its PVH entry), which spares
# the emulated processor several seconds of unpacking. The offsets are those of the boot protocol
# (Documentation/arch/x86/boot.rst): setup_sects, payload_offset, payload_length.
unpack_kernel() {
    local image=$1 output=$2 sectors offset length magic
    sectors=$(od -An -tu1 -j 497 -N 1 "$image" | tr -d ' ')
    offset=$(od -An -tu4 -j 584 -N 4 "$image" | tr -d ' ')
    length=$(od -An -tu4 -j 588 -N 4 "$image" | tr -d ' ')
    ((sectors > 0)) || sectors=4
    offset=$(((sectors + 1) * 512 + offset))
    magic=$(od -An -tx1 -j "$offset" -N 4 "$image" | tr -d ' ')
    # The last four bytes of the payload are the unpacked size, not part of the stream.
    dd if="$image" iflag=skip_bytes,count_bytes skip="$offset" count="$((length - 4))" bs=1M \
        status=none | case $magic in
        28b52ffd) zstd -qdc ;;
        fd377a58) xz -dc --single-stream ;;
        1f8b*) gzip -dc ;;
        *) die "$image is packed in a way not known here (magic $magic)" ;;
    esac >"$output"
    [[ $(od -An -tx1 -N 4 "$output" | tr -d ' ') == 7f454c46 ]] || die "$image holds no ELF kernel"
}

# Not compressed: reading an archive costs an emulated processor much less than unpacking one.
write_cpio() {
    local root=$1 output=$2
    (cd "$root" && find . -mindepth 1 -printf '%P\0' | sort -z |
        cpio --quiet -0 -o -H newc --owner 0:0 --reproducible) >"$output"
}

# The size is that of the files, and a quarter for what the file system itself needs.
write_file_system() {
    local root=$1 output=$2 kilobytes
    kilobytes=$(du -sk --apparent-size "$root" | cut -f 1)
    rm -f "$output"
    "$(program_path mke2fs)" -qq -t ext4 -O ^has_journal -m 0 -E root_owner=0:0 -d "$root" \
        "$output" "$((kilobytes + kilobytes / 4 + 1024))k" >&2
}

build() {
    local tree=$work/tree root=$work/root tools=$work/tools deb release
    local -a excluded=('./usr/share/*' './usr/lib/debug/*')
    excluded+=("${unused_directories[@]/#/*/kernel/}")
    rm -rf "$tree" "$root" "$tools" "$work/debs" "$work/vmlinux"
    mkdir -p "$tree" "$root" "$tools" "$work/debs"
    (cd "$work/debs" && apt-get -q download "${packages[@]}" >&2)
    for deb in "$work"/debs/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" |
            tar -x -C "$tree" "${excluded[@]/#/--exclude=}"
    done
    # Packages of the merged /usr era ship usr/lib/modules.
    if [[ -d $tree/usr/lib/modules && ! -e $tree/lib/modules ]]; then
        mkdir -p "$tree/lib"
        mv "$tree/usr/lib/modules" "$tree/lib/modules"
    fi
    release=$(ls "$tree/lib/modules")
    [[ -n $release && $release != *$'\n'* ]] || die "expected one kernel release in ${packages[*]}, found: $release"

    mkdir -p "$root"/{bin,dev,etc,proc,run,sys,tmp}
    install -D -m 0755 "$(program_path busybox)" "$root/bin/busybox"
    ldd "$root/bin/busybox" >/dev/null 2>&1 && die "busybox is not static; install busybox-static"
    install -m 0755 "$here/initramfs/init" "$root/init"
    install -m 0755 "$here/initramfs/agent" "$root/bin/agent"
    copy_modules "$tree" "$root" "$release"

    copy_programs "$tools" "$(program_path fio)" "$(program_path nvme)"

    write_cpio "$root" "$work/initramfs.cpio"
    write_file_system "$tools" "$work/programs.img"
    local vmlinuz
    for vmlinuz in "$tree/boot/vmlinuz-$release" "$tree/lib/modules/$release/vmlinuz"; do
        [[ ! -f $vmlinuz ]] || unpack_kernel "$vmlinuz" "$work/vmlinux"
    done
    [[ -f $work/vmlinux ]] || die "no vmlinuz in ${packages[*]}"

    rm -f "$directory/version"
    mv "$work/vmlinux" "$work/initramfs.cpio" "$work/programs.img" "$directory/"
    printf '%s\n' "$recipe" >"$directory/recipe"
    printf '%s %s\n' "$image_package" "$version" >"$directory/version"
    rm -rf "$tree" "$root" "$tools" "$work/debs"
}

# What the images are made of, apart from the kernel: a change of any of it makes a new image.
recipe_checksum() {
    {
        cat "$here/image.sh" "$here/initramfs/init" "$here/initramfs/agent"
        sha256sum "$(program_path busybox)" "$(program_path fio)" "$(program_path nvme)"
    } | sha256sum | cut -d ' ' -f 1
}

refresh=false
if [[ ${1:-} == --refresh ]]; then
    refresh=true
    shift
fi
(($# == 1 || $# == 2)) || usage
flavour=$1
cache=${2:-${XDG_CACHE_HOME:-$HOME/.cache}/haoh/kernel}
case $flavour in
    6.1) suites=(bookworm bookworm-updates) ;;
    6.12) suites=(bookworm-backports) ;;
    7) suites=(trixie-backports) ;;
    *) usage ;;
esac

mkdir -p "$cache/$flavour"
directory=$(cd "$cache/$flavour" && pwd)
work=$directory/work
mkdir -p "$work"
exec 9>"$directory/lock"
flock -w 900 9 || die "another image.sh holds $directory/lock"

recipe=$(recipe_checksum)
complete=false
if [[ -f $directory/version && -f $directory/recipe && $(<"$directory/recipe") == "$recipe" ]]; then
    complete=true
fi
if $complete && ! $refresh && [[ -n $(find "$work/checked" -mmin -720 2>/dev/null) ]]; then
    printf '%s\n' "$directory"
    exit 0
fi

find_archive
write_apt_configuration
if ! apt-get -q update >"$work/update.log" 2>&1 || grep -q '^\(W\|Err\)' "$work/update.log"; then
    if $complete; then
        printf 'image.sh: the archive cannot be asked for a newer kernel (%s); using %s\n' \
            "$work/update.log" "$(<"$directory/version")" >&2
        printf '%s\n' "$directory"
        exit 0
    fi
    cat "$work/update.log" >&2
    die "apt-get update failed for ${suites[*]}"
fi
image_package=$(newest_image_package)
[[ -n $image_package ]] || die "${suites[*]} offers no kernel $flavour"
version=$(package_version "$image_package")
mapfile -t packages < <(kernel_packages "$image_package")
if ! $complete || [[ $(<"$directory/version") != "$image_package $version" ]]; then
    build
fi
touch "$work/checked"
printf '%s\n' "$directory"
