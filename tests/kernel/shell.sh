#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# shell.sh FLAVOUR [QEMU-OPTION]...
#
# Boots a guest as the tests do (image.sh says which flavours there are), with fio and nvme-cli, and
# gives a root shell on its console. Ctrl-A X ends the guest; so does `poweroff -f`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if (($# == 0)); then
    sed -n '4,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
flavour=$1
shift
directory=$("$here/image.sh" "$flavour" ${HAOH_KERNEL_CACHE:+"$HAOH_KERNEL_CACHE"} | tail -n 1)
exec qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -nographic -serial mon:stdio \
    -accel tcg -machine q35 -cpu max -smp 1 -m 512 \
    -kernel "$directory/vmlinux" -initrd "$directory/initramfs.cpio" \
    -append 'console=ttyS0 loglevel=5 panic=-1 mitigations=off no_timer_check haoh.shell' \
    -drive "if=none,id=programs,format=raw,readonly=on,file.locking=off,file=$directory/programs.img" \
    -device virtio-blk-pci,drive=programs \
    -netdev user,id=net -device virtio-net-pci,netdev=net,romfile= "$@"
