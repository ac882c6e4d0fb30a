#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# enter.sh [--writable] [--bind DIR[:TARGET]]... [--] COMMAND...
#
# Runs a command in the Debian 13 root: the source tree is /haoh, and what is changed elsewhere is
# gone afterwards unless --writable is given; see tests/support/in_root.sh.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$("$here/root.sh")
exec "$here/../support/in_root.sh" --root "$root" "$@"
