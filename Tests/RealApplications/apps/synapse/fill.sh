#!/usr/bin/env bash
# Starts Synapse, has people use it, stops it, and writes the truth about it. Usage: fill.sh DATABASE_URL TRUTH
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$APP_STATE"
rm -f socket
"$APP_BIN/python" -m synapse.app.homeserver -c homeserver.yaml > server.out 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
until [ -S socket ]; do
    kill -0 "$server" || { cat server.out >&2; exit 1; }
    sleep 0.2
done
"$APP_BIN/python" "$here/fill.py" socket
kill "$server"
wait "$server" || true
trap - EXIT
"$APP_BIN/python" "$here/truth.py" "$1" "$2"
