#!/usr/bin/env bash
# Installs what is missing, and says plainly what that is when it may not. Usage: deps.sh run|test
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(postgresql-15 libcurl4-openssl-dev libpq-dev libssl-dev libarchive-dev libisal-dev pkg-config tzdata)
if [ "${1:-run}" = test ]; then
    packages+=(pgbackrest barman postgresql-15-repack chromium unzip p7zip-full libarchive-tools openssl curl python3 python3-venv)
fi

command -v swift >/dev/null || { echo "Swift 6.3 is missing: see https://www.swift.org/install" >&2; exit 1; }

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ]; then
        as_root=()
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=(sudo)
    else
        echo "these packages are missing, and this user may not install them: ${missing[*]}" >&2
        echo "ask an administrator to run: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    echo "installing: ${missing[*]}" >&2
    # Debian would start a cluster of its own with the server package; we bring ours.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        "${as_root[@]}" mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}" >/dev/null
fi

if [ "${1:-run}" = test ]; then
    venv=.habeas/venv
    wanted=Tests/Judges/requirements.txt
    if ! cmp -s "$wanted" "$venv/installed.txt"; then
        echo "installing the judges' Python packages" >&2
        mkdir -p .habeas
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
        cp "$wanted" "$venv/installed.txt"
    fi
fi
