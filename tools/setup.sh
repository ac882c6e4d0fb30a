#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs the Debian packages that haoh needs; does not touch the network when they are all there.
# Says so at the end, in one line.
set -euo pipefail

usage() {
    cat <<'EOF'
usage: tools/setup.sh [build|tests|all|browser|npm] [--list]

  build   what it takes to build the library and the tools (the quickstart)
  tests   that, and what building and running the unit and scenario tests takes
  all     that, and the rest of the suite: analysers, fuzzers, kernels in VMs (the default)
  browser, npm
          what the step `browser` takes besides, and nothing else
  --list  print the packages instead of installing them

Made for Debian 12; Debian 13 has all of it but the pinned clang-format.
EOF
}

die() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scope=all
list_only=false
for argument in "$@"; do
    case $argument in
    build | tests | all | browser | npm) scope=$argument ;;
    --list) list_only=true ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
done

# The lines of one package list that the scope asks for. A list without sections is for the whole
# suite.
wanted_lines() {
    awk -v scope="$scope" '
        BEGIN { section = "suite" }
        { sub(/#.*/, ""); gsub(/^[ \t]+|[ \t]+$/, "") }
        /^\[.*\]$/ { section = substr($0, 2, length($0) - 2); next }
        $0 == "" { next }
        scope == "browser" || scope == "npm" || section == "browser" || section == "npm" {
            if (section == scope) { print }
            next
        }
        scope == "all" || section == "build" || (scope == "tests" && section == "test") { print }
    ' "$1"
}

lists=("$root/tools/packages.txt")
if [[ $scope == all && -e $root/tests/kernel/packages.txt ]]; then
    lists+=("$root/tests/kernel/packages.txt")
fi
lines=$(for file in "${lists[@]}"; do wanted_lines "$file"; done)

if $list_only; then
    printf '%s\n' "$lines"
    exit 0
fi

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    die "this is not a Debian system (no dpkg-query, no apt-get); install the counterparts of: $(
        tr '\n' ',' <<<"$lines" | sed 's/,$//; s/,/, /g'
    )"

is_installed() {
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

is_offered() {
    local candidate
    candidate=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null | awk '/Candidate:/ { print $2 }')
    [[ -n $candidate && $candidate != '(none)' ]]
}

missing=()
while IFS= read -r line; do
    [[ -n $line ]] || continue
    read -ra alternatives <<<"${line//|/ }"
    found=false
    for package in "${alternatives[@]}"; do
        if is_installed "$package"; then
            found=true
            break
        fi
    done
    $found || missing+=("$line")
done <<<"$lines"
complete() {
    echo "setup: complete"
    exit 0
}
((${#missing[@]})) || complete

if ((EUID == 0)); then
    as_root=()
elif command -v sudo >/dev/null; then
    as_root=(sudo)
else
    die "packages are missing (${missing[*]}) and installing them takes root: run tools/setup.sh as root, or install sudo"
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq \
        -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@" \
        >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        die "apt-get $1 failed; see above"
    fi
}

printf 'setup: installing %d packages\n' "${#missing[@]}"
apt update

chosen=()
for line in "${missing[@]}"; do
    read -ra alternatives <<<"${line//|/ }"
    pick=
    for package in "${alternatives[@]}"; do
        [[ $package != - ]] || continue
        if is_offered "$package"; then
            pick=$package
            break
        fi
    done
    if [[ -z $pick ]]; then
        [[ " ${alternatives[*]} " == *' - '* ]] && continue
        die "no package source offers $line"
    fi
    chosen+=("$pick")
done
((${#chosen[@]})) || complete
apt install -y --no-install-recommends "${chosen[@]}"
complete
