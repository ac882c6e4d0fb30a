#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# trixie.sh                            runs plugin_test.sh on Debian 13
# trixie.sh --guests PROGRAM [ARG]...  runs haoh_kernel_tests with that Debian's haoh and nvme in the guests
#
# Builds Debian 13's nvme-cli with the plugin in a Debian 13 root (tests/trixie), against libhaoh built
# there. The build directory is build/trixie, as that of tests/trixie/run.sh. Needs root. Building libhaoh
# from nothing takes minutes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
cache=${HAOH_NVME_CLI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/haoh/nvme-cli}

guests=()
if [[ ${1-} == --guests ]]; then
    shift
    guests=("$(realpath "$1")" "${@:2}")
fi

# The patches of both releases are compared; the sources come from outside.
"$here/source.sh" bookworm >/dev/null
source=$("$here/source.sh" trixie)
mkdir -p build
system=$(tests/trixie/root.sh)
tests/trixie/enter.sh --writable -- tools/setup.sh tests
inside=(tests/trixie/enter.sh --bind "$cache:/var/cache/nvme-cli" --)
{
    "${inside[@]}" cmake --preset suite -B build/trixie &&
        "${inside[@]}" cmake --build build/trixie -j "$(nproc)" --target haoh haoh_tool haoh-arraysim
} >build/trixie-plugin.log 2>&1 || {
    grep -nE -A4 '(error|FAILED):' build/trixie-plugin.log | head -n 60 >&2 || tail -n 30 build/trixie-plugin.log >&2
    echo "trixie.sh: libhaoh cannot be built on Debian 13; see build/trixie-plugin.log" >&2
    exit 1
}
if ((!${#guests[@]})); then
    exec "${inside[@]}" env HAOH_NVME_CLI_CACHE=/var/cache/nvme-cli \
        tests/plugin/plugin_test.sh build/trixie trixie
fi
"${inside[@]}" tests/plugin/build.sh build/trixie build/trixie/nvme-cli \
    "/var/cache/nvme-cli/trixie/${source##*/}" >&2
export HAOH_BIN=$PWD/build/trixie/tools/haoh/haoh
export HAOH_NVME_CLI=$PWD/build/trixie/nvme-cli/tree/.build/nvme
export HAOH_PROGRAM_ROOT=$system
export HAOH_PROGRAM_LIBRARIES=$PWD/build/trixie/nvme-cli/prefix/lib:$PWD/build/trixie/nvme-cli/prefix/lib/x86_64-linux-gnu
exec "${guests[@]}"
