#!/usr/bin/env bash
# Writes Indico's settings into APP_STATE and sets its database up. Usage: migrate.sh DATABASE_URL
#
# Indico makes an empty database the newest revision at once and stamps it so; migrations run from there.
set -euo pipefail
cd "$APP_STATE"
mkdir -p log tmp cache archive
"$APP_BIN/python" - "$1" > indico.conf <<'PYTHON'
import sys
print(f"SQLALCHEMY_DATABASE_URI = {sys.argv[1]!r}")
PYTHON
cat >> indico.conf <<CONF
SECRET_KEY = 'only-for-a-test-on-a-private-cluster'
BASE_URL = 'http://localhost'
CELERY_BROKER = 'redis://127.0.0.1:1/0'
REDIS_CACHE_URL = 'redis://127.0.0.1:1/1'
DEFAULT_TIMEZONE = 'Europe/Berlin'
ENABLE_ROOMBOOKING = True
LOG_DIR = '$APP_STATE/log'
TEMP_DIR = '$APP_STATE/tmp'
CACHE_DIR = '$APP_STATE/cache'
STORAGE_BACKENDS = {'default': 'fs:$APP_STATE/archive'}
ATTACHMENT_STORAGE = 'default'
CONF
psql -Xq -v ON_ERROR_STOP=1 "$1" -c 'CREATE EXTENSION IF NOT EXISTS unaccent' -c 'CREATE EXTENSION IF NOT EXISTS pg_trgm'
export INDICO_CONFIG=$APP_STATE/indico.conf
"$APP_BIN/indico" db prepare
"$APP_BIN/indico" db upgrade
