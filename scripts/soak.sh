#!/usr/bin/env bash
# The long tests: an archive past every limit of plain ZIP, everybody's archive judged, a hundred random schemas, five
# hundred erased from, three real applications, faults, sanitizers. Bounded; stops by itself.
# Usage: soak.sh [archives|schemas|erasures|applications|faults|sanitizers]; all unless one is named.
set -euo pipefail
cd "$(dirname "$0")/.."

part=${1:-all}
swift build -c release --product habeas --explicit-target-dependency-import-check error
habeas=$PWD/.build/release/habeas
python=$PWD/.habeas/venv/bin/python
state=$PWD/.habeas/soak
passed=0

stop() { "$habeas" demo --remove --state "$state" >/dev/null 2>&1 || true; }
trap stop EXIT
stop

say() { echo "soak: $*"; }
judge() { "$@" || { echo "soak: FAILED: $*" >&2; echo "$passed passed, 1 failed"; exit 1; }; passed=$((passed + 1)); }

soak_archives() {
say "loading the workspace"
"$habeas" demo --load-only --state "$state"
config=$state/demo/habeas.yaml
database=$(sed -n 's/^ *url: "\(.*\)"$/\1/p' "$config")
key=$state/demo/published.json
"$habeas" keys show --json --config "$config" >"$key"

say "everybody's archive, judged by others"
"$habeas" keys show --config "$config" | sed -n '/BEGIN PUBLIC KEY/,/END PUBLIC KEY/p' >"$state/published.pem"
judge "$python" Tests/Judges/judge_people.py --all --binary "$habeas" --config "$config" --data "$state/demo/data" \
    --database "$database" --key "$state/published.pem"

say "a file over 4 GiB and 66,000 small ones, for one person"
objects=$state/demo/data/objects
mkdir -p "$objects/soak"
# Bytes that don't compress, the same every time; head ends the pipe.
(set +o pipefail; openssl enc -aes-128-ctr -nosalt -pass pass:soak -pbkdf2 </dev/zero 2>/dev/null |
    head -c 4400000000 >"$objects/soak/large")
for ((i = 1; i <= 66000; i++)); do echo "$i" >"$objects/soak/$i"; done
large_sha256=$(sha256sum "$objects/soak/large" | cut -d' ' -f1)
psql -qX -v ON_ERROR_STOP=1 -v large_sha256="$large_sha256" "$database" <<'SQL'
SET session_replication_role = replica;
INSERT INTO workspace.documents (user_id, title, kind, storage_key, file_name, byte_size, sha256, media_type)
SELECT u.id, 'large', 'recording', 'soak/large', 'large.bin', 4400000000, :'large_sha256', 'application/octet-stream'
  FROM workspace.users u WHERE email = 'ada@example.com';
INSERT INTO workspace.documents (user_id, title, kind, storage_key, file_name, byte_size, sha256, media_type)
SELECT u.id, 'small', 'upload', 'soak/' || g, 'small.txt', length(g::text) + 1,
       encode(sha256((g::text || E'\n')::bytea), 'hex'), 'text/plain'
  FROM workspace.users u, generate_series(1, 66000) g WHERE email = 'ada@example.com';
SQL
archive=$state/large.zip
/usr/bin/time -f 'soak: exported in %e s, %M kB at most' "$habeas" export email:ada@example.com --config "$config" \
    --output "$archive" --ticket SOAK-1 --reason soak >"$state/listing.txt"
[ "$(stat -c %s "$archive")" -gt 4294967296 ]
judge "$habeas" verify "$archive" --key "$key" >/dev/null
judge sh -c "7z t '$archive' >/dev/null"
judge sh -c "unzip -tqq '$archive' >/dev/null"
judge sh -c "bsdtar -tf '$archive' >/dev/null"
judge sh -c "bsdtar -tf - <'$archive' >/dev/null"
judge "$python" - "$archive" <<'PY'
import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
names = archive.namelist()
large = [i for i in archive.infolist() if i.file_size > 1 << 32]
assert len(names) > 65535 and len(large) == 1, (len(names), len(large))
assert archive.testzip() is None
PY
rm -f "$archive"
}

soak_schemas() {
say "a hundred random schemas, a third of them spoilt"
"$habeas" demo --load-only --state "$state" >/dev/null
judge "$python" Tests/RandomSchemas/run.py --binary "$habeas" --cluster "$(cluster_url)" --seeds 1-100
judge "$python" Tests/RandomSchemas/selftest.py --binary "$habeas" --cluster "$(cluster_url)"
judge "$python" Tests/RandomSchemas/thousand.py --binary "$habeas" --cluster "$(cluster_url)"
}

soak_erasures() {
say "people erased from five hundred random schemas, a third of them spoilt; erasures cut before and after each statement"
judge env HABEAS_ERASURE_SEEDS=500 swift test --disable-xctest --filter 'RandomErasureTests|KilledErasureTests'
}

soak_applications() {
say "three real applications"
"$habeas" demo --load-only --state "$state" >/dev/null
judge Tests/RealApplications/run.sh all "$(application_url)" "$habeas"
}

# The private server of this run, as a connection string and as a URL.
cluster_url() { sed -n 's/^ *url: "\(.*\)"$/\1/p' "$state/demo/habeas.yaml"; }
application_url() { cluster_url | sed -E "s/.*host='([^']*)'.*/\1/" | sed 's|/|%2F|g; s|.*|postgresql://postgres@/postgres?host=&|'; }

soak_faults() {
say "workers killed at every statement and file operation, the database shut down, a full disk, a thousand requests"
"$habeas" demo --load-only --state "$state" >/dev/null
judge "$python" Tests/Faults/selftest.py
for fault in kills database disk resume storm; do
    rm -rf "$state/faults"
    judge "$python" -u Tests/Faults/faults.py "$fault" --binary "$habeas" --config "$state/demo/habeas.yaml" \
        --folder "$state/faults"
done
}

soak_sanitizers() {
say "sanitizers"
judge env TSAN_OPTIONS=suppressions=$PWD/scripts/thread-sanitizer.supp \
    swift test --build-path .build/thread --sanitize=thread --disable-xctest --filter 'PostgresAccessTests|ExportingTests'
judge swift test --build-path .build/address --sanitize=address --disable-xctest --filter 'RowEncodingTests|ArchiveFormatTests|PostgresAccessTests'
}

case $part in
all) soak_archives; soak_schemas; soak_erasures; soak_applications; soak_faults; soak_sanitizers ;;
archives | schemas | erasures | applications | faults | sanitizers) "soak_$part" ;;
*) sed -n '4p' "$0" | cut -c3- >&2; exit 64 ;;
esac
echo "$passed passed, 0 failed"
