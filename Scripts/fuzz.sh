#!/bin/sh
# Gives every reader of files bytes that no program wrote (libFuzzer, AddressSanitizer). Stops at the
# first trap, hang of 5 s or allocation of half a gigabyte, and leaves the input that caused it.
#
#   Scripts/fuzz.sh [READER...]
#
# SECONDS_EACH (default 60): time for each reader. WORK (default .build-fuzz/inputs): where inputs that
# reach new code are kept from one run to the next. Prints a Markdown row for each reader.
set -eu
cd "$(dirname "$0")/.."
swift build -c release --package-path Fuzzing --scratch-path .build-fuzz --product bilayer-fuzz \
  --sanitize address -Xswiftc -sanitize=fuzzer -Xswiftc -parse-as-library >&2
work=${WORK:-.build-fuzz/inputs}
[ $# -gt 0 ] || set -- $(ls Fuzzing/Corpus)

# The backtracer of Swift reads past ends, which AddressSanitizer would report in place of the trap.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
echo '| reader | inputs tried | outcome |'
echo '|---|---|---|'
failed=0
for reader in "$@"; do
  mkdir -p "$work/$reader"
  log=$work/$reader.log
  outcome='no fault'
  BILAYER_FUZZ_READER=$reader .build-fuzz/release/bilayer-fuzz \
    -max_total_time="${SECONDS_EACH:-60}" -timeout=5 -malloc_limit_mb=512 -rss_limit_mb=3000 \
    -max_len=20000 -print_final_stats=1 -artifact_prefix="$work/$reader-" \
    "$work/$reader" "Fuzzing/Corpus/$reader" >"$log" 2>&1 || { outcome="FAULT: see $log" failed=1; }
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  echo "| $reader | ${runs:-?} | $outcome |"
done
exit $failed
