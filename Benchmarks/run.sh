#!/usr/bin/env bash
# What an export costs beside what PostgreSQL needs to hand the rows over, and beside what one would use instead.
# Whole processes, interleaved, medians, ratios of one run. Nothing fails here; everything is printed.
#
#   MESSAGES=300000 RUNS=5 LARGE=3000000 Benchmarks/run.sh [speed|memory|small|erasure]     all unless named
#
# floor     psql COPY text of the same SELECT (role, filter, order) to /dev/null, and the counts the export makes
# instead   row_to_json of the same rows through gzip -6
# pgbench   the reads of a small export, prepared, by as many clients as the export has workers
set -euo pipefail
cd "$(dirname "$0")/.."

messages=${MESSAGES:-300000}
large=${LARGE:-3000000}
runs=${RUNS:-5}
parts=${*:-speed memory small erasure}
state=$PWD/.habeas/bench
work=$state/work
swift build -c release --product habeas --explicit-target-dependency-import-check error >&2
habeas=$PWD/.build/release/habeas
trap '"$habeas" demo --remove --state "$state" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

# --- helpers ---------------------------------------------------------------------------------------------------------
wall() { local start end; start=$(date +%s%N); "$@" >/dev/null; end=$(date +%s%N); echo $(((end - start) / 1000)); }
median() { sort -n "$1" | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
seconds() { awk -v a="$1" 'BEGIN {printf "%.3f s", a / 1e6}'; }
row() { printf '%-52s %14s  %s\n' "$1" "$2" "${3:-}"; }
peak() {
    rm -f "$work"/peak.zip*
    /usr/bin/time -f '%M' -o "$work/peak" "$habeas" export "user:$person" --right access --config "$config" --ticket BENCH-1 \
        --reason bench --format json --sealed --output "$work/peak.zip" "$@" >/dev/null
    cat "$work/peak"
}
export_one() { "$habeas" export "user:$person" --right access --config "$config" --ticket BENCH-1 --reason bench "$@"; }

load() {
    "$habeas" demo --remove --state "$state" >/dev/null 2>&1 || true
    "$habeas" demo --load-only --size heavy --heavy-messages "$1" --state "$state" >&2
    config=$state/heavy/habeas.yaml
    database=$(sed -n 's/^ *url: "\(.*\)"$/\1/p' "$config")
    person=$(awk -F'\t' '$3 == "heavy" {print $1}' "$state/heavy/data/people.tsv")
    mkdir -p "$work"
    psql -qX "$database" -c "VACUUM ANALYZE"
    echo
    echo "$(nproc) cores, $(uname -sr), PostgreSQL $(psql -XAtc 'show server_version' "$database"), $(swift --version 2>/dev/null | head -1)"
}

# --- one large person ------------------------------------------------------------------------------------------------
speed() {
    load "$messages"
    local scope="SET SESSION AUTHORIZATION habeas_exporter; SET app.user_id = '$person'; SET habeas.subject = '$person'"
    local mine="ARRAY(SELECT c.id FROM workspace.conversations c WHERE c.user_id = nullif(current_setting('habeas.subject'), '')::uuid)"
    local rows="SELECT m.conversation_id, m.* FROM workspace.messages m WHERE m.conversation_id = ANY ($mine) ORDER BY m.conversation_id, m.id"
    floor() {
        psql -qX "$database" -c "$scope" -c "COPY ($rows) TO STDOUT"
        psql -qX "$database" -c "SET habeas.subject = '$person'" -c "SELECT count(*) FROM workspace.messages m WHERE m.conversation_id = ANY ($mine)"
        psql -qX "$database" -c "$scope" -c "SELECT count(*) FROM workspace.messages"
    }
    instead() { psql -qXAt "$database" -c "$scope" -c "COPY (SELECT row_to_json(x) FROM ($rows) x) TO STDOUT" | gzip -6 >"$work/instead.gz"; }
    ours() {
        rm -f "$work"/ours.zip*
        export_one --only messages --format "$1" --output "$work/ours.zip" --sealed --json >"$work/ours.json"
    }
    read_back() { sed -n 's/.*"read_back" : \([0-9.]*\).*/\1/p' "$work/ours.json" | awk '{printf "%d", $1 * 1e6}'; }
    floor >/dev/null; instead; ours json; local size; size=$(stat -c %s "$work/ours.zip")
    rm -f "$work"/*.us
    for ((i = 0; i < runs; i++)); do
        wall floor >>"$work/floor.us"
        for form in json csv; do
            local whole back
            whole=$(wall ours $form); back=$(read_back)
            echo $((whole - back)) >>"$work/$form.us"; echo "$back" >>"$work/$form-back.us"
        done
        wall instead >>"$work/instead.us"
    done
    local f j c g
    f=$(median "$work/floor.us"); j=$(median "$work/json.us"); c=$(median "$work/csv.us"); g=$(median "$work/instead.us")
    echo "$messages messages of one person among others'; medians of $runs interleaved runs"
    row "floor: COPY text to /dev/null, and counts" "$(seconds "$f")"
    row "JSON ZIP, sealed, with the counts" "$(seconds "$j")" "$(ratio "$j" "$f") x floor"
    row "  and its read-back" "$(seconds "$(median "$work/json-back.us")")"
    row "CSV ZIP, sealed, with the counts" "$(seconds "$c")" "$(ratio "$c" "$f") x floor"
    row "  and its read-back" "$(seconds "$(median "$work/csv-back.us")")"
    row "instead: row_to_json | gzip -6" "$(seconds "$g")" "$(ratio "$g" "$j") x our JSON"
    row "size of the JSON archive, sealed" "$size B" "$(ratio "$size" "$(stat -c %s "$work/instead.gz")") of gzip -6"
}

# --- memory ----------------------------------------------------------------------------------------------------------
memory() {
    local small_peak large_peak file_peak value_peak value=$((200 * 1000 * 1000)) key
    load "$messages"
    small_peak=$(peak --only messages)
    psql -qX "$database" -c "UPDATE workspace.messages SET body = repeat('a long value, ', $value / 14) WHERE id = (
        SELECT m.id FROM workspace.messages m JOIN workspace.conversations c ON c.id = m.conversation_id
         WHERE c.user_id = '$person' ORDER BY m.id LIMIT 1)"
    value_peak=$(peak --only messages)
    key=$(psql -qXAt "$database" -c "SELECT storage_key FROM workspace.documents WHERE user_id = '$person' AND storage_key IS NOT NULL ORDER BY id LIMIT 1")
    truncate -s 4G "$state/heavy/data/objects/$key"
    psql -qX "$database" -c "UPDATE workspace.documents SET byte_size = 4294967296,
        sha256 = '$(sha256sum "$state/heavy/data/objects/$key" | cut -d' ' -f1)' WHERE storage_key = '$key'"
    file_peak=$(peak --only documents)
    load "$large"
    large_peak=$(peak --only messages)
    echo "peak memory of the whole process, JSON, sealed, read back"
    row "$messages messages" "$small_peak kB"
    row "$large messages" "$large_peak kB" "$(ratio "$large_peak" "$small_peak") x"
    row "a file of 4 GiB" "$file_peak kB"
    row "one value of $((value / 1000000)) MB" "$value_peak kB" "$(awk -v p="$value_peak" -v v="$value" 'BEGIN {printf "48 MB + %.2f x its size", (p * 1024 - 48e6) / v}')"
}

# --- many small people -----------------------------------------------------------------------------------------------
small() {
    load 1000
    local url=${database/dbname=workspace_heavy/dbname=small} workers=4 people=1000
    psql -qX "$database" -c "DROP DATABASE IF EXISTS small" -c "CREATE DATABASE small"
    psql -qX "$url" -f Benchmarks/small.sql
    printf 'database:\n  url: "%s"\nmap: %s\nkeys: %s\n' "$url" "$PWD/Benchmarks/small.map.yaml" "$state/heavy/keys" >"$work/small.yaml"
    "$habeas" init --config "$work/small.yaml" >/dev/null
    for n in $(seq "$people"); do printf 'person:00000000-0000-7000-8000-%012x\n' "$n"; done >"$work/people"
    exports() {
        # A folder of its own: files just removed make the next ones dearer.
        local out; out=$(mktemp -d "$work/out.XXXXXX")
        "$habeas" export --people "$work/people" --jobs $workers --format json --output "$out" --config "$work/small.yaml" \
            --ticket BENCH-2 --reason bench
    }
    reads() {
        "$(dirname "$(readlink -f "$(command -v pg_ctl || echo /usr/lib/postgresql/*/bin/pg_ctl)")")/pgbench" -n -M prepared \
            -c $workers -j $workers -t $((people / workers)) -f "Benchmarks/$1.pgbench" "${url/user=postgres/user=habeas_exporter}" 2>/dev/null
    }
    exports >/dev/null
    rm -f "$work"/small*.us
    for ((i = 0; i < runs; i++)); do
        wall exports >>"$work/small-ours.us"; wall reads small >>"$work/small-rows.us"
    done
    local ours rows
    ours=$(median "$work/small-ours.us"); rows=$(median "$work/small-rows.us")
    rate() { awk -v n="$people" -v t="$1" 'BEGIN {printf "%.0f /s", n * 1e6 / t}'; }
    echo "$people people of 8 tables x 60 rows, one process, $workers workers; medians of $runs interleaved runs"
    row "archives written, read back and signed" "$(rate "$ours")" "$(ratio "$rows" "$ours") of pgbench"
    row "pgbench: the same rows and counts, prepared" "$(rate "$rows")"
}

# --- erasures --------------------------------------------------------------------------------------------------------
erasure() {
    swift build -c release --product erasure-bench --explicit-target-dependency-import-check error >&2
    .build/release/erasure-bench
}

for part in $parts; do "$part"; done
