#!/usr/bin/env bash
# Every test that fits CI. What failed is said once more at the end, above the runner's count.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
HABEAS_PYTHON="$PWD/.habeas/venv/bin/python" swift test --skip-build --disable-xctest \
    --experimental-maximum-parallelization-width 8 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
    echo "What failed:"
    grep -E -A 4 '✘ Test .*(recorded an issue|failed after)' "$log" | cut -c 1-400 | tail -n 80
    grep -E 'Test run with' "$log" | tail -n 1
fi
exit "$status"
