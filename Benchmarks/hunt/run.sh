#!/usr/bin/env bash
# What the leftovers hunt costs beside handing the rows over, and beside looking in the server.
# Usage: Benchmarks/hunt/run.sh, with libpq's PGHOST, PGUSER … of a server where it may make the database habeas_hunt_bench.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -r "$work"; psql -qX -d postgres -c "DROP DATABASE IF EXISTS habeas_hunt_bench"' EXIT
cat Sources/RowEncoding/{RowError,RowCursor,PatternSet,RowSearch}.swift > "$work/search.swift"
swiftc -O -package-name bench "$work/search.swift" Benchmarks/hunt/main.swift -o "$work/compare"
psql -qX -d postgres -c "CREATE DATABASE habeas_hunt_bench"
export PGDATABASE=habeas_hunt_bench
psql -qX <<'SQL'
CREATE TABLE notes (id bigint, author uuid, title text, body text, at timestamptz);
INSERT INTO notes SELECT i, gen_random_uuid(), 'note ' || i,
    'Dear person' || (i * 31) % 5000 || ', write to someone.' || i || '@gmail.com about ' || md5(i::text), now()
  FROM generate_series(1, 1000000) i;
VACUUM ANALYZE notes;
SQL
copy='COPY (SELECT author, title, body FROM ONLY notes) TO STDOUT (FORMAT binary)'
psql -qX -c "$copy" > "$work/dump"
for _ in 1 2 3 4 5; do TIMEFORMAT='COPY to /dev/null: %R s'; time psql -qX -c "$copy" > /dev/null; done
for people in 1 20 200 2000; do "$work/compare" "$work/dump" "$people" 3; done
for spellings in 1 20; do
    echo "in the server, strpos, $spellings spellings:"
    psql -qX <<SQL | grep Time
\\timing on
SELECT count(*) FROM notes, LATERAL (SELECT lower(concat_ws(E'\\x01', author, title, body)) AS row) r
 WHERE EXISTS (SELECT FROM unnest((SELECT array_agg('person' || g || '.canary@gmail.com')
                                     FROM generate_series(1, $spellings) g)) u WHERE strpos(r.row, u) > 0);
SQL
done
