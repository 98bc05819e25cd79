#!/usr/bin/env bash
# Writes Synapse's settings into APP_STATE and brings the database to its schema. Usage: migrate.sh DATABASE_URL
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$APP_STATE"
"$APP_BIN/python" "$here/settings.py" "$1" "$APP_STATE" > homeserver.yaml
[ -e signing.key ] || "$APP_BIN/generate_signing_key" -o signing.key
"$APP_BIN/update_synapse_database" --database-config homeserver.yaml --run-background-updates
