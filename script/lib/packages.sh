# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What Polymux needs from Debian or Ubuntu, and how it gets there. Sourced by script/demo and
# script/test, after say.sh. Looks first: when nothing is missing it needs neither root nor network.

# The only lists. "a|b" means: a, or b on a release that has no a.
# shellcheck disable=SC2034 # used by the scripts that source this file
readonly build_packages=(
    build-essential meson ninja-build pkg-config python3 iso-codes
    libglib2.0-dev libjansson-dev libseccomp-dev libsqlite3-dev libcurl4-openssl-dev
    libmicrohttpd-dev libgnutls28-dev
    libavformat-dev libavcodec-dev libavfilter-dev libavutil-dev libswresample-dev
    libebur128-dev librubberband-dev
    fonts-dejavu-core # for the texts of watermarks
)
# shellcheck disable=SC2034
readonly demo_packages=(espeak-ng)
# What the first start's example is sent with.
# shellcheck disable=SC2034
readonly serve_packages=(curl)
# shellcheck disable=SC2034
readonly test_packages=(
    ffmpeg mkvtoolnix mediainfo espeak-ng curl
    python3-pytest python3-pytest-xdist python3-numpy bash-completion openssl
    python3-jsonschema openapi-specification python3-prometheus-client
    clang 'libclang-rt-dev|libclang-rt-14-dev|libclang-common-14-dev'
    clang-format cppcheck shellcheck iproute2
    'npm|nodejs'
    python3-swift nginx rclone iproute2
    fonts-wqy-zenhei
)
# Of long rounds only.
# shellcheck disable=SC2034
readonly long_packages=(ceph-mon ceph-osd radosgw)
# Those of them that bring services, and which. The tests start servers of their own: see install.
readonly -A services_of=([nginx]=nginx [ceph-osd]=ceph-crash [radosgw]=radosgw)
# Not free software in Debian's sense, so kept apart from the lists: see enable_fdk_aac.
readonly fdk_aac=libfdk-aac-dev

# ensure_packages PACKAGE...: installs those that are missing, and with them the HE-AAC encoder.
# Without the encoder it still succeeds, and says so: ask have_fdk_aac afterwards.
ensure_packages() {
    local -a missing
    mapfile -t missing < <(missing_of "$@")
    ((${#missing[@]} == 0)) && have_fdk_aac && return
    if ! command -v apt-get >/dev/null; then
        warn "this is not Debian or Ubuntu; make sure that you have the equivalents of: $* $fdk_aac"
        return
    fi
    can_be_root || die "these packages are missing, and there is no sudo here; install them as root" \
        "($fdk_aac is in Debian's component non-free):" "${missing[@]%%|*}" "$(have_fdk_aac || echo "$fdk_aac")"
    refresh_lists
    if ! have_fdk_aac; then
        if enable_fdk_aac; then missing+=("$fdk_aac"); else say_no_fdk_aac; fi
    fi
    mapfile -t missing < <(choose_among "${missing[@]}")
    ((${#missing[@]} == 0)) || install "${missing[@]}"
}

have_fdk_aac() {
    is_installed "$fdk_aac" || pkg-config --exists fdk-aac 2>/dev/null
}

say_no_fdk_aac() {
    warn "the HE-AAC encoder ($fdk_aac) cannot be had here. Polymux builds without it;" \
        "jobs that ask for HE-AAC are then refused."
}

is_installed() {
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed* ]]
}

has_candidate() {
    local policy
    policy=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null)
    [[ $policy =~ 'Candidate: '[^\(] ]]
}

# One line for each argument of which no alternative is installed.
missing_of() {
    local wanted name
    local -a names
    for wanted in "$@"; do
        IFS='|' read -ra names <<<"$wanted"
        for name in "${names[@]}"; do
            is_installed "$name" && continue 2
        done
        printf '%s\n' "$wanted"
    done
}

# For each argument the first alternative that the archive has; the first of all when it has none,
# so that apt-get itself names what is missing.
choose_among() {
    local wanted name
    local -a names
    for wanted in "$@"; do
        IFS='|' read -ra names <<<"$wanted"
        for name in "${names[@]}" "${names[0]}"; do
            has_candidate "$name" && break
        done
        printf '%s\n' "$name"
    done
}

# --- as root ---

can_be_root() {
    ((EUID == 0)) || command -v sudo >/dev/null
}

# announce COMMAND...: says what is about to be done as root: nobody likes a script that does not.
announce() {
    if ((EUID == 0)); then say "as root: $*"; else say "through sudo: $*"; fi
}

elevated() {
    if ((EUID == 0)); then "$@"; else sudo -- "$@"; fi
}

as_root() {
    announce "$@"
    elevated "$@"
}

# A fresh machine may be updating itself in the background: wait for that rather than fail.
apt_get() {
    local log
    announce apt-get "$@"
    log=$(mktemp)
    quietly "$log" elevated env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" || return
    rm -f "$log"
}

refresh_lists() {
    apt_get update
}

# Recommended packages would more than double the download, for nothing that is used here.
install() {
    local package
    local -a services=()
    for package in "$@"; do
        services+=(${services_of[$package]:+"${services_of[$package]}"})
    done
    say "installing $# packages and what they need; this takes a minute or two"
    if ((${#services[@]} == 0)); then
        apt_get install --no-install-recommends "$@" || return
    else
        without_services apt_get install --no-install-recommends "$@" || return
    fi
    for package in "${services[@]}"; do
        disable_service "$package"
    done
    say "installed"
}

# One that has no script for init is systemd's alone.
disable_service() {
    if [[ -e /etc/init.d/$1 ]]; then
        as_root update-rc.d "$1" disable
    elif command -v systemctl >/dev/null; then
        as_root systemctl disable "$1"
    fi
}

# without_services COMMAND...: runs COMMAND, and no package that it installs starts its service. What
# policy-rc.d is: invoke-rc.d(8). One that is there already is somebody's wish, and is left alone.
without_services() {
    local policy=/usr/sbin/policy-rc.d
    if [[ -e $policy ]]; then
        "$@"
        return
    fi
    (
        trap 'elevated rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | elevated tee "$policy" >/dev/null
        elevated chmod 755 "$policy"
        "$@"
    )
}

# --- the HE-AAC encoder ---

# Debian keeps it in non-free. Ubuntu takes what is in Debian's non-free into multiverse, and has
# moved packages from there to universe. True when the encoder can be installed now.
enable_fdk_aac() {
    local component
    has_candidate "$fdk_aac" && return
    for component in $(extra_components); do
        enable_component "$component" && return
    done
    return 1
}

os_release() {
    (. /etc/os-release && printf '%s' "${!1:-}")
}

extra_components() {
    case $(os_release ID) in
    debian) echo non-free ;;
    ubuntu) echo universe multiverse ;;
    esac
}

# enable_component NAME: adds the component to the archive's entries that are there already. Where
# that does not bring the encoder, everything is put back as it was, and the answer is false.
enable_component() {
    local component=$1 before entry number=0
    local -a entries
    mapfile -t entries < <(entries_without "$component")
    ((${#entries[@]} > 0)) || return 1
    say "$fdk_aac is in the component $component, which is not enabled here: enabling it"
    before=$(mktemp -d)
    for entry in "${entries[@]}"; do
        cp "${entry%:*}" "$before/$number"
        add_component "${entry%:*}" "${entry##*:}" "$component"
        number=$((number + 1))
    done
    refresh_lists && has_candidate "$fdk_aac" && rm -r "$before" && return
    say "that did not help: putting it back"
    while ((number-- > 0)); do
        as_root cp "$before/$number" "${entries[number]%:*}"
    done
    rm -r "$before"
    refresh_lists
    return 1
}

# entries_without COMPONENT: the source entries, as "FILE:NUMBER", of the running release's own
# archive that carry main and not COMPONENT. Other people's archives often use the release's name
# too, so it is the origin in the archive's signed Release file that tells, never an address.
# sources.list(5) and apt-get(8): NUMBER is a line of a *.list and a stanza of a *.sources file.
entries_without() {
    local origin
    case $(os_release ID) in
    debian) origin=Debian ;;
    ubuntu) origin=Ubuntu ;;
    *) return ;;
    esac
    # shellcheck disable=SC2016 # apt's own variables
    apt-get indextargets --format '$(SOURCESENTRY)|$(ORIGIN)|$(CODENAME)|$(RELEASE)|$(COMPONENT)' \
        'Created-By: Packages' 2>/dev/null |
        awk -F'|' -v origin="$origin" -v release="$(os_release VERSION_CODENAME)" -v want="$1" '
            function ours(suite) { sub(/[-\/](updates|security)$/, "", suite); return suite == release }
            $2 == origin && (ours($3) || ours($4)) {
                if ($5 == "main" && !($1 in main)) { main[$1]; order[++count] = $1 }
                if ($5 == want) has[$1]
            }
            END { for (i = 1; i <= count; i++) if (!(order[i] in has)) print order[i] }'
}

# add_component FILE NUMBER COMPONENT: one word more in one entry, shown as a difference.
add_component() {
    local file=$1 number=$2 component=$3 edited
    edited=$(mktemp)
    case $file in
    *.sources) with_component_in_stanza "$number" "$component" <"$file" >"$edited" ;;
    *) with_component_in_line "$number" "$component" <"$file" >"$edited" ;;
    esac
    diff -U0 --label "$file" --label "$file, with $component" "$file" "$edited" >&2 || true
    # cp into the file that is there keeps its owner and mode.
    as_root cp "$edited" "$file"
    rm -f "$edited"
}

with_component_in_line() {
    awk -v number="$1" -v component="$2" '
        NR == number { sub(/[ \t]*(#.*)?$/, " " component "&") }
        { print }'
}

# A stanza is a run of lines that are not blank; one of comments only does not count for apt.
with_component_in_stanza() {
    awk -v number="$1" -v component="$2" '
        /^[ \t]*$/ { inside = 0 }
        /^[^# \t]/ && !inside { inside = 1; stanza++ }
        inside && stanza == number && tolower($0) ~ /^components:/ { sub(/[ \t]*$/, " " component) }
        { print }'
}
