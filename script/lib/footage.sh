# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The demo's footage: a film with its original narration, out of a Debian package that is unpacked
# and not installed. Sourced by script/demo and script/serve, after packages.sh.

readonly footage_package=forensics-samples-files
readonly footage_file=movie-hello.mp4
# shellcheck disable=SC2034 # printed by script/demo and script/serve
readonly footage_credit="$footage_file, by Joao Eriberto Mota Filho, CC BY-SA 4.0, from Debian's package $footage_package"

# fetch_footage FILE: puts the film there, unless it is there already.
fetch_footage() {
    local film=$1 room
    [[ -e $film ]] && return
    say "getting the footage: $footage_file from the package $footage_package (30 MB)"
    room=$(mktemp -d)
    # Package lists may be missing (container images drop them) or old.
    download_footage "$room" || { can_be_root && refresh_lists && download_footage "$room"; } ||
        die "the package $footage_package cannot be had; give a video of yours: script/demo VIDEO, or put one into a bucket"
    dpkg-deb -x "$room"/*.deb "$room/unpacked"
    find "$room/unpacked" -name "$footage_file" -exec cp {} "$film.part" \;
    rm -r "$room"
    [[ -s $film.part ]] || die "the package $footage_package has no $footage_file any more; give a video of yours: script/demo VIDEO, or put one into a bucket"
    mv "$film.part" "$film"
}

# download_footage FOLDER; apt's own user could not write into it, hence the option.
download_footage() {
    (cd "$1" && quietly "$1/log" apt-get -q -o APT::Sandbox::User="$(id -un)" download "$footage_package")
}
