#!/bin/sh
# Runs the whole pipeline inside a memory control group, on volumes that grow eightfold: does --memory
# hold, and does time grow with voxels? Needs root, for the control group.
#
#   Scripts/validate-memory.sh [FOLDER]      FOLDER: default validation/memory
#
# CAPS: caps in GB (default "1 2 4"); SIZES: volumes (default: 1, 8 and 64 million voxels).
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-$PWD/.build/release/bilayer}
out=${1:-validation/memory}
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
mkdir -p "$out"

# Control groups of version 1 and 2 have other names.
if [ -d /sys/fs/cgroup/memory ]; then
  group=/sys/fs/cgroup/memory/bilayer-$$ limit=memory.limit_in_bytes
else
  group=/sys/fs/cgroup/bilayer-$$ limit=memory.max
fi
mkdir "$group" || { echo "validate: cannot make a memory control group" >&2; exit 1; }
trap 'rmdir "$group"' EXIT

echo '| voxels | --memory, and the limit of the group | outcome | time, s | peak of the process, MB |'
echo '|---|---|---|---|---|'
for size in ${SIZES:-128x128x64 256x256x128 512x512x256}; do
  $bilayer simulate --output "$out/$size" --size "$size" --seed 9501 --quiet --resume
  for cap in ${CAPS:-1 2 4}; do
    echo $((cap * 1000000000)) >"$group/$limit"
    rm -rf "$out/$size/results"
    start=$(date +%s.%N)
    outcome=done
    # The shell enters the group, and the program with it.
    GROUP=$group sh -c 'echo $$ >"$GROUP/cgroup.procs"; exec "$@"' sh \
      /usr/bin/time -f %M -o "$out/peak" "$bilayer" segment "$out/$size/tomogram.mrc" --output \
      "$out/$size/results" --memory "$cap" --quiet || outcome="failed ($?)"
    end=$(date +%s.%N)
    echo "$size $cap $start $end $(tail -1 "$out/peak")" | awk -v outcome="$outcome" '
      { printf "| %s | %s GB | %s | %.0f | %.0f |\n", $1, $2, outcome, $4 - $3, $5 / 1000 }'
  done
done
