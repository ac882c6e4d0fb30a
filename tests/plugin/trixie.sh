#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# trixie.sh
#
# Builds Debian 13's nvme-cli with the plugin in a Debian 13 root (tests/trixie), against libhaoh built
# there, and runs plugin_test.sh on it. The build directory is build/trixie, as that of tests/trixie/run.sh.
# Needs root. Building libhaoh from nothing takes minutes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
cache=${HAOH_NVME_CLI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/haoh/nvme-cli}

# The patches of both releases are compared; the sources come from outside.
"$here/source.sh" bookworm >/dev/null
"$here/source.sh" trixie >/dev/null
mkdir -p build
tests/trixie/root.sh >/dev/null
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
exec "${inside[@]}" env HAOH_NVME_CLI_CACHE=/var/cache/nvme-cli \
    tests/plugin/plugin_test.sh build/trixie trixie
