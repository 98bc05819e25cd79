#!/usr/bin/env bash
# Fills Indico and writes the truth about it. Usage: fill.sh DATABASE_URL TRUTH
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export INDICO_CONFIG=$APP_STATE/indico.conf
"$APP_BIN/python" -W ignore "$here/fill.py"
"$APP_BIN/python" -W ignore "$here/truth.py" "$2"
