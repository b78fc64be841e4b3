#!/bin/sh
# Runs a Slurm job array of batch workers on four virtual nodes of this machine, kills a worker and
# loses a node, and checks that every tomogram is done, once, with the bytes of an undisturbed run.
# Needs root and Debian's slurm-wlm.
#
#   Scripts/validate-slurm.sh [FOLDER]      FOLDER: default validation/slurm; replaced
set -eu
cd "$(dirname "$0")/.."
bilayer=$PWD/.build/release/bilayer
out=$(realpath -m "${1:-validation/slurm}")
count=20
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
for tool in slurmctld slurmd sbatch; do
  command -v $tool >/dev/null || { echo "validate: install slurm-wlm first" >&2; exit 1; }
done
rm -rf "$out"
mkdir -p "$out"

. Scripts/virtual-slurm.sh
start_slurm 4 6817 17000

$bilayer simulate --output "$out/tomograms" --count $count --size 64x64x48 --quiet
for folder in "$out"/tomograms/*; do
  name=$(basename "$folder")
  ln -s "tomograms/$name/tomogram.mrc" "$out/ts_$name.mrc"
  echo "ts_$name.mrc"
done >"$out/list.txt"

start=$(date +%s)
$bilayer batch "$out/list.txt" --output "$out/array" --workers 8 --threads 1 --memory 2 \
  --stale-after 10 --slurm --submit --quiet
done_count() { $bilayer status "$out/array" | sed -n 's/^\([0-9]*\) done.*/\1/p'; }
wait_for() {
  until [ "$(done_count)" -ge "$1" ]; do
    [ $(($(date +%s) - start)) -lt 600 ] || { echo "validate: not done in 600 s" >&2; exit 1; }
    sleep 1
  done
}
# Processes of a node, below its slurmd.
below() { for child in $(pgrep -P "$1"); do echo "$child"; below "$child"; done; }
wait_for 3
worker=$(pgrep -f "batch --output $out/array" | head -1)
kill -9 "$worker"
echo "killed a worker with $(done_count) of $count done"
wait_for 8
# The steps of a job are no children of slurmd: a node's have its name in their environment.
lost=$(cat "$out/slurm/n4.pid")
for process in $(pgrep -f "slurmstepd|batch --output $out/array|segment $out"); do
  tr '\0' '\n' <"/proc/$process/environ" 2>/dev/null | grep -qx 'SLURMD_NODENAME=n4' &&
    lost="$lost $process"
done
# shellcheck disable=SC2086
kill -9 $lost 2>/dev/null || true
echo "lost a node with $(done_count) of $count done"
wait_for $count
echo "all done after $(($(date +%s) - start)) s: $($bilayer status "$out/array")"

$bilayer batch "$out/list.txt" --output "$out/undisturbed" --threads 1 --memory 2 --quiet
twice=0
for folder in "$out"/undisturbed/ts_*; do
  name=$(basename "$folder")
  for file in probability.mrc mask.mrc provenance.mrc bridges.csv instances.mrc instances.csv; do
    cmp "$folder/$file" "$out/array/$name/$file"
  done
  diff -r "$folder/surfaces" "$out/array/$name/surfaces"
  [ "$(grep -c 'report: done$' "$out/array/$name/run.log")" = 1 ] || twice=$((twice + 1))
done
echo "same bytes as an undisturbed run; $twice tomograms finished more than once"
[ $twice = 0 ]
