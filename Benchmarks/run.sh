#!/usr/bin/env bash
# One person with many messages among others': the export beside what one would use instead, interleaved, as ratios.
#
# floor:   psql COPY of the same rows (role, filter, order) to /dev/null, plus the counts the export makes
# instead: row_to_json of the same rows through gzip -6
# Nothing fails here; speed is printed, with machine and versions.
set -euo pipefail
cd "$(dirname "$0")/.."

messages=${MESSAGES:-300000}
runs=${RUNS:-5}
state=$PWD/.habeas/bench
swift build -c release --product habeas --explicit-target-dependency-import-check error >&2
habeas=$PWD/.build/release/habeas
trap '"$habeas" demo --remove --state "$state" >/dev/null 2>&1 || true' EXIT

"$habeas" demo --load-only --size heavy --heavy-messages "$messages" --state "$state"
config=$state/heavy/habeas.yaml
database=$(sed -n 's/^ *url: "\(.*\)"$/\1/p' "$config")
person=$(awk -F'\t' '$3 == "heavy" {print $1}' "$state/heavy/data/people.tsv")

scope="SET SESSION AUTHORIZATION habeas_exporter; SET app.user_id = '$person';"
rows="SELECT m.id, m.conversation_id, m.author, m.author_name, m.author_email, m.body, m.model, m.prompt_tokens,
    m.completion_tokens, m.metadata, m.created_at FROM workspace.messages m
    JOIN workspace.conversations c ON c.id = m.conversation_id
    WHERE c.user_id = nullif(current_setting('app.user_id'), '')::uuid ORDER BY c.id, m.id"
count="SET app.user_id = '$person'; SELECT count(*) FROM workspace.messages m JOIN workspace.conversations c
    ON c.id = m.conversation_id WHERE c.user_id = nullif(current_setting('app.user_id'), '')::uuid"

floor() { psql -qX "$database" -c "$scope" -c "COPY ($rows) TO STDOUT" >/dev/null; psql -qX "$database" -c "$count" >/dev/null; }
instead() {
    psql -qXAt "$database" -c "$scope" -c "COPY (SELECT row_to_json(x) FROM ($rows) x) TO STDOUT" | gzip -6 >"$state/instead.gz"
}
ours() {
    rm -f "$state/ours.zip"
    /usr/bin/time -f '%M' -o "$state/memory" "$habeas" export "user:$person" --right access --only messages --format "$1" \
        --config "$config" --output "$state/ours.zip" --ticket BENCH-1 --reason bench >/dev/null
}

wall() { local start end; start=$(date +%s%N); "$@"; end=$(date +%s%N); echo $(((end - start) / 1000)); }
median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }

floor; instead; ours json
for ((i = 0; i < runs; i++)); do
    wall floor >>"$state/floor.us"; wall ours json >>"$state/json.us"; wall ours csv >>"$state/csv.us"
    wall instead >>"$state/instead.us"
done
size=$(stat -c %s "$state/ours.zip"); ours json; json_size=$(stat -c %s "$state/ours.zip"); memory=$(cat "$state/memory")
gzip_size=$(stat -c %s "$state/instead.gz")
f=$(median <"$state/floor.us"); j=$(median <"$state/json.us"); c=$(median <"$state/csv.us"); g=$(median <"$state/instead.us")
rm -f "$state"/*.us

echo
echo "$(nproc) cores, $(uname -sr), $(psql -XAtc 'show server_version' "$database"), $(swift --version 2>/dev/null | head -1)"
echo "$messages messages of one person; medians of $runs interleaved runs; each export is read back before it counts"
printf '%-44s %9.3f s\n' "floor: COPY text to /dev/null, and counts" "$(awk "BEGIN {print $f / 1e6}")"
printf '%-44s %9.3f s  %s x floor\n' "habeas export, JSON ZIP, read back" "$(awk "BEGIN {print $j / 1e6}")" "$(ratio "$j" "$f")"
printf '%-44s %9.3f s  %s x floor\n' "habeas export, CSV ZIP, read back" "$(awk "BEGIN {print $c / 1e6}")" "$(ratio "$c" "$f")"
printf '%-44s %9.3f s  %s x habeas JSON\n' "instead: row_to_json | gzip -6" "$(awk "BEGIN {print $g / 1e6}")" "$(ratio "$g" "$j")"
printf '%-44s %9d bytes, %s of gzip -6\n' "size of the JSON ZIP" "$json_size" "$(ratio "$json_size" "$gzip_size")"
printf '%-44s %9d kB\n' "peak memory" "$memory"
