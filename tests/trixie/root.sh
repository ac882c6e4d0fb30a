#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# root.sh [PACKAGES...]    makes, once, a Debian 13 root, installs what of PACKAGES is missing in it,
#                          and prints its path; see tests/support/debian_root.sh
exec "$(dirname "${BASH_SOURCE[0]}")/../support/debian_root.sh" trixie "$@"
