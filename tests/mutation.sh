#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes faults in a room of the library, one at a time, and counts how many of them its tests
# notice. tests/mutation/README.md says how.
#
# usage: tests/mutation.sh ROOM... [--random N] [--seed S] [--seconds T] [--list | --show ID] [--help]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# A fault in what ends a child may well be kill(-1), which ends all that its user may end: it finds
# no process but those of the measure.
alone=(unshare --pid --fork --kill-child --mount-proc)
((EUID == 0)) || alone+=(--map-current-user)
if ! "${alone[@]}" true 2>/dev/null; then
    echo "tests/mutation.sh: no PID namespace of its own: a fault may end other processes" >&2
    alone=()
fi

# The binding is a Debian package: another Python may come first in PATH.
for python in python3 /usr/bin/python3; do
    if "$python" -c 'import clang.cindex' 2>/dev/null; then
        exec "${alone[@]}" "$python" "$here/mutation/measure.py" "$@"
    fi
done
echo "tests/mutation.sh: needs clang's Python binding: tools/setup.sh" >&2
exit 2
