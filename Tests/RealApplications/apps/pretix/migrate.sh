#!/usr/bin/env bash
# Writes pretix's settings into APP_STATE and runs its migrations. Usage: migrate.sh DATABASE_URL
set -euo pipefail
cd "$APP_STATE"
mkdir -p data
"$APP_BIN/python" - "$1" > pretix.cfg <<'PYTHON'
import sys
from psycopg2.extensions import parse_dsn
parts = parse_dsn(sys.argv[1])
print("[pretix]\ninstance_name=Test\nurl=http://localhost\ndatadir=data\n[mail]\nfrom=noreply@example.org")
print("[database]\nbackend=postgresql\nname=" + parts["dbname"])
for key in ("user", "password", "host", "port"):
    if key in parts:
        print(f"{key}={parts[key]}")
PYTHON
PRETIX_CONFIG_FILE=$APP_STATE/pretix.cfg "$APP_BIN/python" -m pretix migrate
