# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# How the scripts speak: one voice, on stderr, so that stdout stays a command's own.
# Sourced by the scripts; touches nothing.

say() {
    printf '==> %s\n' "$*" >&2
}

warn() {
    printf 'warning: %s\n' "$*" >&2
}

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# quietly LOG COMMAND...: keeps a long command's chatter in a file and shows its end when it fails.
quietly() {
    local log=$1 status=0
    shift
    "$@" >"$log" 2>&1 </dev/null || status=$?
    ((status == 0)) && return
    tail -n 40 "$log" >&2
    warn "this failed with exit status $status (all of it is in $log): $*"
    return "$status"
}
