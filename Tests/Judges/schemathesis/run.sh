#!/usr/bin/env bash
# Calls a running service as its own description says it can be called, and judges the answers.
#
#   run.sh BASE-URL TOKEN THINGS.json
#
# TOKEN allows everything. THINGS.json names what operations can be done to: {"subjects": ["kind:id"…],
# "pools": {"operationId": ["id"…]…}}. Ends with 0 when no check of schemathesis failed, every operation answered 2xx at
# least once and refused at least one call without the token.
set -u
here=$(cd "$(dirname "$0")" && pwd)
python=${HABEAS_PYTHON:-$here/../../../.habeas/venv/bin/python}
base=$1 token=$2
export HABEAS_THINGS=$3 PYTHONPATH=$here SCHEMATHESIS_HOOKS=hooks PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HABEAS_CALLS=$work/calls.tsv
cd "$work" || exit 2

timeout "${HABEAS_SCHEMATHESIS_SECONDS:-900}" "$python" -m schemathesis.cli --config-file "$here/schemathesis.toml" \
    run "$base/openapi.yaml" --url "$base" --header "Authorization: Bearer $token" \
    --phases examples,coverage,fuzzing --max-examples "${HABEAS_SCHEMATHESIS_EXAMPLES:-10}" --checks all --seed 4 \
    --no-shrink --continue-on-failure --no-color --request-timeout 60 --max-response-time 60 > "$work/report.txt" 2>&1
status=$?
[ "$status" -ne 124 ] || echo "its time ran out" >> "$work/report.txt"
sed "s/$token/TOKEN/g" "$work/report.txt" | tail -n 150
"$python" "$here/coverage.py" "$base" "$HABEAS_CALLS" || status=1
exit $status
