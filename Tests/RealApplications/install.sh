#!/usr/bin/env bash
# Installs one application from PyPI, with pinned versions, into an environment of its own. Usage: install.sh NAME
# `install.sh judge` installs what judge.py needs.
#
# HABEAS_APPS_HOME is where the environments lie (~/.cache/habeas-apps unless said), HABEAS_APPS_PYTHON the
# interpreter: 3.11, Debian 12's own. Where PyPI has no wheel, psycopg2 and lxml are built: that needs a C compiler,
# libpq-dev and python3-dev.
set -euo pipefail
name=$1
here=$(cd "$(dirname "$0")" && pwd)
home=${HABEAS_APPS_HOME:-$HOME/.cache/habeas-apps}
python=${HABEAS_APPS_PYTHON:-python3}
wanted=$here/apps/$name/requirements.txt
[ "$name" = judge ] && wanted=$here/requirements.txt

"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
    echo "the applications' pinned versions need Python 3.11; name one with HABEAS_APPS_PYTHON" >&2
    exit 1
}
if ! cmp -s "$wanted" "$home/$name/installed.txt"; then
    echo "installing $name into $home/$name" >&2
    mkdir -p "$home"
    rm -rf "${home:?}/$name"
    "$python" -m venv "$home/$name"
    "$home/$name/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$home/$name/installed.txt"
fi
