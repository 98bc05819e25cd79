#!/usr/bin/env bash
# Fills pretix and writes the truth about it. Usage: fill.sh DATABASE_URL TRUTH
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$APP_STATE"
export PRETIX_CONFIG_FILE=$APP_STATE/pretix.cfg
"$APP_BIN/python" "$here/fill.py"
"$APP_BIN/python" "$here/truth.py" "$2"
