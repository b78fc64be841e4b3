#!/bin/sh
# Runs `swift test` with the arguments given, and tells again at the end which tests failed, and why:
# the suites run at once, so a failure is hidden among hundreds of lines.
set -eu
log=$(mktemp)
trap 'rm -f "$log" "$log.status"' EXIT
{
  status=0
  ${SWIFT:-swift} test "$@" 2>&1 || status=$?
  echo "$status" >"$log.status"
} | tee "$log"
status=$(cat "$log.status")
if [ "$status" -ne 0 ]; then
  echo "run-tests: swift test ended with $status; what failed:"
  grep -A 4 -e '✘' -e 'error:' "$log" | grep -v -e '✔' -e '◇' || tail -20 "$log"
fi
exit "$status"
