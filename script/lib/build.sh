# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# How the scripts that use the product build it. Sourced by script/demo, script/serve,
# script/bench, script/bench-api and script/bench-storage, after say.sh.

# build_polymux REPOSITORY: the two programs by name, since meson 1.0's default target is every test as well.
build_polymux() {
    local build=$1/build log=$1/build/build.log
    mkdir -p "$build"
    say "building Polymux in build/; from nothing this takes about a minute"
    [[ -e $build/build.ninja ]] || quietly "$log" meson setup --buildtype=release "$build" "$1"
    quietly "$log" ninja -C "$build" polymux polymux-runner
}
