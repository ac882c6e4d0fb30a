#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Holds the tree to its own rules: who may include whom, a picture of it that is true, a licence line
# in each file, files that can be read in one sitting. Prints one "ok - ..." or "not ok - ..." a rule, and
# how many there are.
#
# usage: rooms_test.sh [--graph | --update]
#   --graph   print who includes whom, as the picture in docs/architecture.md has it, and nothing else
#   --update  write it into the picture, then go on
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly picture=docs/architecture.md
readonly max_lines=700
readonly max_unexplained_lines=500 # of a file of the product that does not say why
readonly max_columns=120 # code ends at 100; a comment may say a word more

# Which rooms a room may include. A room that is not here is unknown to the design.
declare -A may_include=(
    [base]="base"
    [nvme]="base nvme"
    [model]="base nvme model"
    [snapshot]="base nvme model snapshot"
    [journal]="base nvme model journal"
    [diff]="base nvme model diff"
    [linux]="base nvme model linux"
    [attribution]="base nvme model linux attribution"
    [collect]="base nvme model collect"
    [host]="base nvme model linux collect host"
    [fabric]="base nvme model collect fabric"
    [source]="base nvme model collect host fabric source"
    [judge]="base nvme model linux attribution judge"
    [catalogue]="base nvme model linux attribution judge catalogue"
    [accept]="base nvme model linux attribution judge catalogue accept"
    [inspect]="base nvme model host source judge catalogue inspect"
    [policy]="base nvme model linux attribution judge policy"
    [report]="base nvme model snapshot journal diff linux attribution judge policy report"
    [monitor]="base nvme model linux attribution collect host fabric source judge catalogue monitor"
    [capi]="base nvme model snapshot journal diff linux attribution collect host fabric source judge accept inspect policy report monitor capi"
)

# The room whose noun a public header holds; those of haoh/nvme/ need no line.
declare -A room_of_header=(
    [address]=base [error]=base [safe_text]=base [visibility]=base
    [expectation]=model [kernel]=model [controller_state]=model [io_policy]=model [transport]=model
    [numa]=model [path_ana_state]=model [path_statistics]=model [path_use]=model
    [observation]=model [budget]=model [event]=model [monitor_status]=model
    [unobserved]=model [verdict]=model
    [journal]=journal
    [driver_change]=linux [kernel_effect]=linux [kernel_policy]=linux [kernel_release]=linux
    [attribution]=attribution [config]=attribution
    [admin_channel]=collect [collector]=collect [observing]=collect [replay]=collect
    [host]=host [host_kernel]=host [host_policy]=host
    [fabric]=fabric [host_identity]=fabric [resolver]=fabric
    [source]=source [source_options]=source
    [rule]=judge [check]=judge
    [waivers]=accept [baseline]=accept
    [inspect]=inspect [inspection]=inspect
    [path_choice]=policy [policy_overview]=policy [policy_udev]=policy
    [policy]=policy [simulate]=policy [selector_info]=policy [path_table]=policy [selector]=policy [table_selector]=policy
    [kernel_selectors]=policy [latency_selector]=policy [site_affinity_selector]=policy
    [spdk_round_robin_selector]=policy [weighted_selector]=policy
    [report]=report [event_report]=report [policy_report]=report [simulation_report]=report
    [monitor]=monitor
    [haoh]=capi [accept]=capi
)

# The room of a file of the library, by its path below libhaoh/. Answers in $answer: a subshell
# for each include line takes seconds.
room_of_file() {
    local name=
    case $1 in
    src/*/*) name=${1#src/} name=${name%%/*} ;;
    include/haoh/nvme/*) name=nvme ;;
    include/haoh/*)
        name=${1##*/}
        name=${room_of_header[${name%.*}]-}
        ;;
    esac
    answer=${name-}
}

# The path below libhaoh/ that an include line of a file means; empty for other people's headers.
included_file() { # FROM, the include with its quotes
    local target=${2:1:-1}
    answer=
    case $2 in
    '<haoh/'*) answer=include/$target ;;
    '"'*)
        if [[ -e libhaoh/${1%/*}/$target ]]; then
            answer=${1%/*}/$target
        else
            answer=src/$target
        fi
        ;;
    esac
}

# shellcheck source=support/cases.sh
. tests/support/cases.sh
begin_cases /dev/null

files=()
while IFS= read -r -d '' file; do
    [[ -f $file ]] && files+=("$file")
done < <(git -c safe.directory='*' ls-files -z --cached --others --exclude-standard)

declare -A complaints uses
while IFS=$'\t' read -r path include; do
    from=${path#libhaoh/}
    room_of_file "$from"
    room=$answer
    included_file "$from" "$include"
    [[ -n $answer ]] || continue
    room_of_file "$answer"
    target_room=$answer
    [[ $room == "$target_room" ]] || uses[$room $target_room]=1
    if [[ $include == *..* ]]; then
        complaints[$room]+="$path: $include: say the room by its name"$'\n'
    elif [[ -z $room || -z ${may_include[$room]-} ]]; then
        complaints[unknown]+="$path: which room is this? tests/rooms_test.sh does not know"$'\n'
    elif [[ -z $target_room ]]; then
        complaints[unknown]+="$path includes $include: which room is this?"$'\n'
    elif [[ " ${may_include[$room]} " != *" $target_room "* ]]; then
        complaints[$room]+="$path: $room must not know $target_room ($include)"$'\n'
    fi
done < <(printf '%s\0' "${files[@]}" | grep -zE '^libhaoh/.*\.(hpp|cpp|h)$' |
    xargs -0 awk '/^[ \t]*#[ \t]*include/ && match($0, /[<"][^>"]+[>"]/) {
        print FILENAME "\t" substr($0, RSTART, RLENGTH)
    }')

# An arrow for each two rooms of which one includes the other, in the order of the rooms. Every room
# may include the base, which says nothing: those arrows are left out.
readonly rooms=(nvme model snapshot journal diff linux attribution collect host fabric source judge catalogue accept inspect policy report monitor capi)
drawn_arrows() {
    local room target targets
    for room in "${rooms[@]}"; do
        targets=
        for target in "${rooms[@]}"; do
            [[ -z ${uses[$room $target]-} ]] || targets+="${targets:+ & }$target"
        done
        [[ -z $targets ]] || printf '    %s --> %s\n' "$room" "$targets"
    done
}
arrows=$(drawn_arrows)
case ${1-} in
--graph)
    printf '%s\n' "$arrows"
    exit 0
    ;;
--update)
    drawing=$(ARROWS=$arrows awk '
        /^```mermaid$/ { inside = 1 }
        inside && /^    [a-z]+ --> / { next }
        inside && /^```$/ { print ENVIRON["ARROWS"]; inside = 0 }
        { print }' "$picture")
    printf '%s\n' "$drawing" >"$picture"
    ;;
esac

for room in base "${rooms[@]}"; do
    [[ -d libhaoh/src/$room ]] || continue
    tell "$room includes only the rooms below it" "${complaints[$room]-}"
done
tell "each header belongs to a room" "${complaints[unknown]-}"

# Compares two pictures; a function, so that it can be seen to find a difference.
differences() { diff <(printf '%s\n' "$1") <(printf '%s\n' "$2") || true; }
bad=$(differences "$(grep -E '^    [a-z]+ --> ' "$picture" || true)" "$arrows")
[[ -z $bad ]] || bad+=$'\n'"< is $picture, > are the sources; tests/rooms_test.sh --update mends the picture"
tell "the picture of the rooms shows who includes whom" "$bad"
bad=
for changed in "${arrows/ & model/}" "${arrows/host -->/host --> fabric \&}"; do
    [[ -n $(differences "$changed" "$arrows") ]] || bad="a changed arrow is not found"
done
tell "an arrow too few or too many in the picture is found" "$bad"
bad=
for room in "${rooms[@]}"; do
    [[ ! -d libhaoh/src/$room ]] || grep -qE "^    $room(\[|\()" "$picture" || bad+="$picture does not draw $room"$'\n'
done
tell "each room is in the picture" "$bad"

# What the table of the rooms says of public headers: FOLDER/*.hpp stands for all of a folder.
headers_of_table() { # the table's text
    sed -nE 's/^\| `([a-z]+)` \|[^|]*\|([^|]*)\|$/\1 \2/p' <<<"$1" | while read -r room names; do
        for name in $(tr -d '`,' <<<"$names"); do
            if [[ $name == */\** ]]; then
                for header in libhaoh/include/haoh/${name%%/*}/*; do
                    echo "$room ${header#libhaoh/include/haoh/}"
                done
            else
                echo "$room $name"
            fi
        done
    done | sort
}
headers_of_tree() {
    local header
    while IFS= read -r header; do
        room_of_file "${header#libhaoh/}"
        echo "$answer ${header#libhaoh/include/haoh/}"
    done < <(printf '%s\n' "${files[@]}" | grep -E '^libhaoh/include/haoh/') | sort
}
table=$(<"$picture")
tree=$(headers_of_tree)
bad=$(differences "$(headers_of_table "$table")" "$tree")
[[ -z $bad ]] || bad+=$'\n'"< is the table of rooms in $picture, > are the headers"
tell "the table of the rooms has their public headers" "$bad"
bad=
for changed in "${table/\`io_policy.hpp\`, /}" "${table/\`policy.hpp\`/\`policy.hpp\`, \`nothing.hpp\`}"; do
    [[ $changed != "$table" && -n $(differences "$(headers_of_table "$changed")" "$tree") ]] ||
        bad="a header too few or too many is not found"
done
tell "a public header too few or too many in the table is found" "$bad"

# A quoted include of a tool names a file of the tool, or of the base, of which it has a copy.
bad=
while IFS=: read -r path _ line; do
    target=${line#*\"} target=${target%%\"*}
    tool=${path#tools/} tool=tools/${tool%%/*}
    [[ $target == base/* || -e ${path%/*}/$target || -e $tool/$target ]] ||
        bad+="$path includes \"$target\", which is not its own"$'\n'
done < <(printf '%s\0' "${files[@]}" | grep -zE '^tools/.*\.(hpp|cpp)$' |
    xargs -0 grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' || true)
tell "the tools use only the public headers and the base" "$bad"

licensed=()
for file in "${files[@]}"; do
    case $file in
    LICENSES/* | *.json | *.bin | *.pcap* | tests/fuzz/corpus/* | tests/*/data/* | docs/man/*) continue ;;
    # Of a fixed form, without comments.
    tools/packaging/debian/changelog | tools/packaging/debian/source/format) continue ;;
    esac
    licensed+=("$file")
done
bad=$(printf '%s\0' "${licensed[@]}" | xargs -0 awk '
    BEGIN { for (i = 1; i < ARGC; ++i) lacking[ARGV[i]] }
    FNR > 3 { nextfile }
    /SPDX-License-Identifier: / { delete lacking[FILENAME] }
    END { for (file in lacking) print file }' | sort)
tell "each file names its licence" "$bad"

bad=$(printf '%s\0' "${files[@]}" | grep -zE '\.(hpp|cpp|h|c|py|sh|cmake)$|CMakeLists\.txt$' |
    xargs -0 awk -v max=$max_lines '
        function finish() { if (lines > max) print file " has " lines " lines" }
        FNR == 1 { finish(); file = FILENAME }
        { lines = FNR }
        END { finish() }')
tell "no source file is longer than $max_lines lines" "$bad"

# The texts that are longer than they may be without a reason in their head.
unexplained() { # [FILE...]
    awk -v max=$max_unexplained_lines '
        function finish() {
            if (lines > max && !explained)
                print file " has " lines " lines and no \"Long because ...\" in the comment at its head"
        }
        FNR == 1 { finish(); file = FILENAME; explained = 0 }
        FNR <= 12 && /^[ \t]*(\/\/|\/?\*|#).*Long because ./ { explained = 1 }
        { lines = FNR }
        END { finish() }' "$@"
}
product=()
for file in "${files[@]}"; do
    [[ $file =~ ^(libhaoh|tools|plugins)/ && $file =~ \.(hpp|cpp|h|c|py|sh|cmake)$ ]] && product+=("$file")
done
tell "no file of the product is longer than $max_unexplained_lines lines without a reason" "$(unexplained "${product[@]}")"
bad=
reason='// Long because it is one table.'
[[ -z $(seq 500 | unexplained) ]] || bad+="500 lines are too many"$'\n'
[[ -z $( (echo "$reason" && seq 500) | unexplained) ]] || bad+="a reason is not read"$'\n'
[[ -n $(seq 501 | unexplained) ]] || bad+="501 lines are not too many"$'\n'
[[ -n $( (seq 12 && echo "$reason" && seq 500) | unexplained) ]] || bad+="a reason below the head counts"$'\n'
[[ -n $( (echo "${reason#// }" && seq 500) | unexplained) ]] || bad+="a reason that is no comment counts"$'\n'
tell "a file that is too long without a reason is found" "$bad"

bad=$(printf '%s\0' "${files[@]}" | grep -zE '\.(hpp|cpp|h)$' |
    xargs -0 awk -v max=$max_columns '{ text = $0; gsub(/[\200-\277]/, "", text) }
        length(text) > max && !/https?:\/\// { print FILENAME ":" FNR ": " length(text) " columns" }')
tell "no source line is longer than $max_columns columns" "$bad"

# Spelt so that this file does not find itself.
leftover='TO''DO|FIX''ME|XX''X'
bad=$(printf '%s\0' "${files[@]}" | grep -zvE '^LICENSES/' |
    xargs -0 grep -nIwE "$leftover" || true)
tell "nothing is left for later" "$bad"

bad=$(printf '%s\0' "${files[@]}" | grep -zE '^libhaoh/include/' |
    xargs -0 grep -nE '/\*\*<? *\*/|///<? *$' | grep -vE '///$' || true)
tell "no comment of a public header is empty" "$bad"

bad=$(printf '%s\0' "${files[@]}" | grep -zE '\.hpp$' | xargs -0 grep -Lx '#pragma once' || true)
tell "each header can be included twice" "$bad"

# What each public header includes, by its name as in <haoh/NAME>: others of them, and Asio.
declare -A included asio
while IFS=$'\t' read -r name include; do
    case $include in
    haoh/*) included[$name]+=" ${include#haoh/}" ;;
    boost/asio*) asio[$name]=1 ;;
    esac
done < <(printf '%s\n' "${files[@]}" | sed -n 's/^libhaoh\/include\/haoh\///p' |
    (cd libhaoh/include/haoh && xargs -d '\n' awk -F '[<>]' '
        /^#include </ { print FILENAME "\t" $2 }'))

with_asio() { # NAME: those that include Asio of the headers that it includes, itself among them, whatever the depth
    local queue=("$1") name
    local -A seen=()
    while ((${#queue[@]})); do
        name=${queue[0]} queue=("${queue[@]:1}")
        [[ -z ${seen[$name]-} ]] || continue
        seen[$name]=1
        [[ -z ${asio[$name]-} ]] || printf '%s\n' "$name"
        read -ra names <<<"${included[$name]-}"
        queue+=("${names[@]}")
    done
}
# What judges, tells and says what to look at; whoever needs no more pays for no more.
bad=
for name in observation check report journal event_report policy_report simulation_report monitor_status path_use \
    source_options host_kernel host_identity; do
    for culprit in $(with_asio $name.hpp); do
        bad+="haoh/$name.hpp includes Asio, by way of haoh/$culprit"$'\n'
    done
done
tell "headers of plain values do not include Asio" "$bad"
[[ -n $(with_asio source.hpp) ]] && bad= || bad="haoh/source.hpp is taken for one without"
tell "a header that includes Asio by way of another is found" "$bad"

end_cases
