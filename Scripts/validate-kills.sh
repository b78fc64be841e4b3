#!/bin/sh
# Kills `bilayer segment` at random moments, again and again, goes on with --resume, and checks that
# what comes out has the bytes of an undisturbed run.
#
#   Scripts/validate-kills.sh [FOLDER] [KILLS]      FOLDER: default validation/kills; KILLS: default 100
#
# SIZE: of the phantom (default 64x64x64); in larger ones there is more to go on from inside a stage.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
out=${1:-validation/kills}
wanted=${2:-100}
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
rm -rf "$out"
mkdir -p "$out"
$bilayer simulate --output "$out/phantom" --size "${SIZE:-64x64x64}" --quiet
# Small tiles, so that predict has a middle to be killed in.
echo '{"prediction": {"tileVoxels": 60000, "haloVoxels": 4, "blendVoxels": 4}}' >"$out/tiles.json"
segment="$bilayer segment $out/phantom/tomogram.mrc --plan $out/tiles.json --threads 1 --memory 2"
segment="$segment --quiet"
start=$(date +%s%N)
$segment --output "$out/undisturbed"
length=$((($(date +%s%N) - start) / 1000000))

# Milliseconds after which the next run is killed, uniform over a run's length.
random=1
next_random() { random=$(((random * 1103515245 + 12345) % 2147483648)); }
kills=0
runs=0
: >"$out/stages"
while [ "$kills" -lt "$wanted" ]; do
  rm -rf "$out/run"
  while :; do
    $segment --output "$out/run" --resume 2>/dev/null &
    process=$!
    next_random
    sleep "$(awk -v r=$random -v l=$length 'BEGIN { print r / 2147483648 * l / 1000 }')"
    if ! kill -9 $process 2>/dev/null; then
      wait $process && break
    fi
    wait $process 2>/dev/null && break
    kills=$((kills + 1))
    sed -n 's/.*  \([a-z]*\): begins$/\1/p' "$out/run/run.log" 2>/dev/null | tail -1 >>"$out/stages"
  done
  for file in probability.mrc mask.mrc provenance.mrc bridges.csv instances.mrc instances.csv \
    report.html; do
    cmp "$out/undisturbed/$file" "$out/run/$file"
  done
  diff -r "$out/undisturbed/surfaces" "$out/run/surfaces"
  [ -z "$(find "$out/run" -name '*.partial*' -o -name '.*.tmp' -o -name '*.tiles')" ]
  cat "$out/run/run.log" >>"$out/logs"
  runs=$((runs + 1))
done
echo "$kills kills in $runs runs, each with the bytes of the undisturbed one; stages that were killed:"
sort "$out/stages" | uniq -c
for what in tiles steps; do
  echo "times that $what of an earlier run were found:" \
    "$(grep -c "$what are of an earlier run" "$out/logs")"
done
