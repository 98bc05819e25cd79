#!/usr/bin/env bash
# Maps, checks and exports real applications, and compares every person's archive with the truth about them.
#
#   run.sh NAME|all DATABASE_URL HABEAS_BINARY
#
# DATABASE_URL is a superuser's way into any database of a private cluster (its role names habeas_exporter and
# habeas_verifier are used); each application gets a database of its own there, habeas_app_NAME, made anew.
# HABEAS_APPS_HOME: where applications are installed (~/.cache/habeas-apps). HABEAS_APPS_STATE: where their settings,
# the proposed and the edited maps and the archives lie; a temporary folder, removed at the end, unless said.
# HABEAS_APPS_FIRST=1: judge the proposed maps as they come, without the edits; tells what was wrong at first.
# HABEAS_APPS_FILLED=1: take the databases as the last run with the same HABEAS_APPS_STATE left them.
set -euo pipefail
[ $# = 3 ] || { sed -n '2,12p' "$0" | sed 's/^# \{0,1\}//' >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
names=$1
url=$2
habeas=$(realpath "$3")
[ "$names" = all ] && names="pretix indico synapse"
home=${HABEAS_APPS_HOME:-$HOME/.cache/habeas-apps}
if [ -n "${HABEAS_APPS_STATE:-}" ]; then
    states=$HABEAS_APPS_STATE
    mkdir -p "$states"
    states=$(realpath "$states")
else
    states=$(mktemp -d)
    trap 'rm -rf "$states"' EXIT
fi

# The same server, another database.
database_url() {
    python3 -c 'import sys, urllib.parse as u
parts = u.urlsplit(sys.argv[1])
text = u.urlunsplit(parts._replace(path="/" + sys.argv[2]))
print(text if parts.netloc else text.replace(":/", ":///", 1))' "$url" "$1"
}

# Makes, migrates and fills one application's database, and writes truth.json.
prepare() {
    local name=$1 database=habeas_app_$1
    psql -Xq "$url" -v ON_ERROR_STOP=1 -c "DROP DATABASE IF EXISTS $database" \
        -c "CREATE DATABASE $database TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'" 2>&1 | grep -v NOTICE || true
    echo "== $name: migrating and filling" >&2
    rm -rf "$APP_STATE"
    mkdir -p "$APP_STATE"
    "$here/apps/$name/migrate.sh" "$(database_url "$database")" > "$APP_STATE/migrate.log" 2>&1 || { tail -n 20 "$APP_STATE/migrate.log" >&2; return 1; }
    "$here/apps/$name/fill.sh" "$(database_url "$database")" "$APP_STATE/truth.json" > "$APP_STATE/fill.log" 2>&1 \
        || { tail -n 20 "$APP_STATE/fill.log" >&2; return 1; }
}

"$here/install.sh" judge
failed=0
for name in $names; do
    [ -d "$here/apps/$name" ] || { echo "there is no application $name; there are: $(ls "$here/apps" | xargs)" >&2; exit 64; }
    "$here/install.sh" "$name"
    export APP_STATE=$states/$name APP_BIN=$home/$name/bin
    if [ -z "${HABEAS_APPS_FILLED:-}" ] || [ ! -e "$APP_STATE/truth.json" ]; then
        prepare "$name"
    fi
    "$home/judge/bin/python" "$here/judge.py" "$here/apps/$name" "$APP_STATE" "$(database_url "habeas_app_$name")" "$habeas" \
        | tee "$APP_STATE/judged.txt" || failed=1
done
for name in $names; do tail -n 1 "$states/$name/judged.txt"; done \
    | awk '{ passed += $1; failed += $3 } END { print "all together: " passed " passed, " failed " failed" }'
exit "$failed"
