# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Counting for script/test, which sources this. A part is a function part_NAME. What it counts goes
# into a file, a line "PASSED FAILED SKIPPED" each time; that it came to its end goes into another.
# The sum is printed when the script ends, however it ends, so a part that died cannot be forgotten.

# begin_parts NAME...: the parts that shall run.
begin_parts() {
    planned=("$@")
    counts=$(mktemp -d)
    trap end_parts EXIT
}

record() {
    printf '%s %s %s\n' "$1" "$2" "$3" >>"$counts/$current.counts"
}

# attempt COMMAND...: runs it in a shell of its own and leaves its exit status in $attempted. Not
# returned, because whoever asks "if attempt ..." would switch off set -e inside the command.
attempt() {
    set +e
    (
        set -e
        "$@"
    )
    attempted=$?
    set -e
}

# run_part NAME: a part that fails does not stop the next one.
run_part() {
    current=$1
    say "$current"
    attempt "part_$current"
    ((attempted == 0)) || has_failures "$current" || record 0 1 0
    printf '%s\n' "$attempted" >"$counts/$current.status"
}

has_failures() {
    [[ -e $counts/$1.counts ]] && awk '$2 > 0 { found = 1 } END { exit !found }' "$counts/$1.counts"
}

# needs_part NAME: ends the part that asks when the other failed: old binaries prove nothing.
needs_part() {
    [[ $(cat "$counts/$1.status" 2>/dev/null) == 0 ]] || die "$current cannot run, because $1 failed"
}

# expect NAME COMMAND...: one test: the command succeeds. Its words are shown only if it does not.
expect() {
    local name=$1 log
    shift
    log=$(mktemp)
    attempt "$@" >"$log" 2>&1 </dev/null
    if ((attempted == 0)); then
        printf 'ok      %s\n' "$name"
        record 1 0 0
    else
        cat "$log"
        printf 'FAILED  %s\n' "$name"
        record 0 1 0
    fi
    rm -f "$log"
}

# record_results KIND PATH: what tally.py reads there.
record_results() {
    local passed failed skipped
    read -r passed failed skipped < <(/usr/bin/python3 script/lib/tally.py "$@") ||
        die "there are no results of $current to count"
    record "$passed" "$failed" "$skipped"
}

# Every planned part must have come to its end; whatever else ended the script is one failure each.
end_parts() {
    local part passed failed skipped
    for part in "${planned[@]}"; do
        [[ -e $counts/$part.status ]] && continue
        current=$part
        warn "the part $part did not run to its end"
        record 0 1 0
    done
    read -r passed failed skipped < <(
        cat "$counts"/*.counts | awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }')
    rm -rf "$counts"
    printf 'polymux: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    ((failed == 0 && passed > 0)) || exit 1
    exit 0
}
