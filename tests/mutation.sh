#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes faults in a room of the library, one at a time, and counts how many of them its tests
# notice. tests/mutation/README.md says how.
#
# usage: tests/mutation.sh ROOM... [--random N] [--seed S] [--seconds T] [--list | --show ID] [--help]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# The binding is a Debian package: another Python may come first in PATH.
for python in python3 /usr/bin/python3; do
    if "$python" -c 'import clang.cindex' 2>/dev/null; then
        exec "$python" "$here/mutation/measure.py" "$@"
    fi
done
echo "tests/mutation.sh: needs clang's Python binding: tools/setup.sh" >&2
exit 2
