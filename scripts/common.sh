# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the other scripts: where the project is, how to say what happens.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
export CCACHE_SLOPPINESS=pch_defines,time_macros  # precompiled headers

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# build PRESET [TARGET...]: configures once, builds what changed.
build() {
    local preset=$1 targets=()
    shift
    if [ $# -gt 0 ]; then targets=(--target "$@"); fi
    (
        cd "$top"
        if [ ! -e "build/$preset/build.ninja" ]; then
            cmake --preset "$preset" -G Ninja >"/tmp/nflogd-cmake-$preset.$$" 2>&1 || {
                cat "/tmp/nflogd-cmake-$preset.$$" >&2
                exit 1
            }
            rm -f "/tmp/nflogd-cmake-$preset.$$"
        fi
        cmake --build "build/$preset" "${targets[@]}"
    ) >&2
}

# Their sizes.
print_packages() {
    local package
    for package in "$@"; do
        printf '%s: %s bytes, %s KiB when installed\n' "$package" "$(stat -c %s "$package")" \
            "$(dpkg-deb --field "$package" Installed-Size)"
    done
}

# What packages are built from, without what was built before: into a folder.
copy_sources() {
    tar -C "$top" --exclude=./build --exclude=./.git --exclude=__pycache__ -cf - . | tar -C "$1" --no-same-owner -xf -
}
