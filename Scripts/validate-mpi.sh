#!/bin/sh
# Shows that ranks share one training and one tomogram, and what is lost where one of them dies:
# mpirun on 2 and 4 ranks against one process without MPI. Some minutes on two cores.
#
#   Scripts/validate-mpi.sh [FOLDER]      FOLDER: default validation/mpi
#
# MPIRUN and MPICC name the MPI (default: mpirun and mpicc), as in
# MPIRUN=mpirun.mpich MPICC=mpicc.mpich Scripts/validate-mpi.sh
set -eu
cd "$(dirname "$0")/.."
bilayer=.build/release/bilayer
out=${1:-validation/mpi}
mpirun=${MPIRUN:-mpirun}
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
command -v "$mpirun" >/dev/null || {
  echo "validate: no $mpirun here; on Debian: apt-get install libopenmpi-dev openmpi-bin" >&2
  exit 1
}
rm -rf "$out"
mkdir -p "$out"
sh Scripts/install-mpi.sh --into "$out/plugin"
CMPI=$out/plugin/libcmpi.so
# Open MPI, 4 and 5: more ranks than cores, also for root. Other MPIs do not mind.
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
OMPI_MCA_mpi_yield_when_idle=1 PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
export CMPI OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM OMPI_MCA_rmaps_base_oversubscribe \
  OMPI_MCA_mpi_yield_when_idle PRTE_ALLOW_RUN_AS_ROOT PRTE_ALLOW_RUN_AS_ROOT_CONFIRM \
  PRTE_MCA_rmaps_default_mapping_policy
$mpirun --version | head -1

fail() { echo "validate: $*" >&2; exit 1; }
seconds() { # the seconds, user and system, that a command took, by all its processes
  /usr/bin/env time -f '%e %U %S' -o "$out/time" "$@"
}
# A rank of which the kill below knows the process.
rank='echo $$ >>"$0"; exec "$@"'
# Kills the last rank that began, once a file is there and a moment has passed.
kill_rank() { # FILE PIDS SECONDS
  tries=0
  until [ -e "$1" ] || [ $tries -gt 6000 ]; do sleep 0.01; tries=$((tries + 1)); done
  [ -e "$1" ] || fail "$1 did not appear"
  sleep "$3"
  kill -9 "$(tail -1 "$2")"
}

echo
echo "## One training: loss of each of 40 steps against one rank, batch of 4"
$bilayer simulate --output "$out/data" --count 4 --size 64x64x64 --quiet
options="train --data $out/data --validation $out/data --network volume --patch 32 --batch 4"
options="$options --steps 40 --learning-rate 0.0003 --log-interval 1 --checkpoint-interval 10"
train() { # NAME THREADS, and what launches
  name=$1 threads=$2
  shift 2
  "$@" "$bilayer" $options --threads "$threads" --output "$out/$name" $extra 2>>"$out/$name.messages"
}
extra=
train one 1
train one-two-threads 2
extra=--mpi
train two 1 $mpirun -n 2
train four 1 $mpirun -n 4
compare() { # NAME LIMIT WORDS
  paste "$out/one.tsv" "$out/$1.tsv" | awk -F '\t' -v limit="$2" -v words="$3" '
    NR > 1 && $2 == "training" {
      difference = $3 < $9 ? ($9 - $3) / $3 : ($3 - $9) / $3
      if ($1 <= 3) early = early < difference ? difference : early
      if (largest < difference) { largest = difference; step = $1 }
      rows++
    }
    END {
      printf "%-32s %8.1e in steps 1-3, %8.1e at most (step %d)\n", words, early, largest, step
      if (rows != 40 || largest > limit || early > limit / 10) exit 1
    }' || fail "$3 differs by more than rounding explains"
}
# Rounding alone, of a sum split by two threads, makes a relative difference of about 1e-4 in 40 steps,
# for AdamW's first steps have one size whatever the gradient; a wrong norm or loss makes 1e-1.
compare one-two-threads 0.005 "one rank, two threads"
compare two 0.005 "two ranks"
compare four 0.005 "four ranks"

echo
echo "## One of two ranks is killed, and one run is stopped by SIGUSR1; both are launched again"
train killed 1 $mpirun -n 2 sh -c "$rank" "$out/killed.pids" &
launcher=$!
kill_rank "$out/killed.checkpoint" "$out/killed.pids" 0.7
status=0
wait $launcher || status=$?
[ $status -ne 0 ] || fail "a run that lost a rank ended well"
echo "after kill -9 mpirun ended with $status at step $(tail -1 "$out/killed.tsv" | cut -f 1)"
extra="--mpi --resume"
train killed 1 $mpirun -n 2
cmp "$out/two.tsv" "$out/killed.tsv" && cmp "$out/two" "$out/killed"
extra=--mpi
train stopped 1 $mpirun -n 2 &
launcher=$!
tries=0
until [ -e "$out/stopped.checkpoint" ] || [ $tries -gt 6000 ]; do sleep 0.01; tries=$((tries + 1)); done
kill -USR1 $(pgrep -P $launcher 2>/dev/null || echo $launcher)
status=0
wait $launcher || status=$?
[ $status -eq 5 ] || fail "SIGUSR1: status $status instead of 5"
echo "after SIGUSR1 mpirun ended with $status at step $(tail -1 "$out/stopped.tsv" | cut -f 1)"
extra="--mpi --resume"
train stopped 1 $mpirun -n 2
cmp "$out/two.tsv" "$out/stopped.tsv" && cmp "$out/two" "$out/stopped"
echo "both went on to the same losses and the same model, byte for byte"

echo
echo "## One tomogram: bytes against a run alone"
$bilayer simulate --output "$out/large" --size 160x128x96 --quiet
echo '{"prediction": {"tileVoxels": 200000, "haloVoxels": 8, "blendVoxels": 8}}' >"$out/tiles.json"
cat >"$out/twice.json" <<X
{"prediction": {"tileVoxels": 200000, "haloVoxels": 8, "blendVoxels": 8, "mirroredCopies": 2}}
X
segment="$bilayer segment $out/large/tomogram.mrc --plan $out/tiles.json --threads 1 --memory 4 --quiet"
same() { # FOLDER
  for file in probability.mrc mask.mrc provenance.mrc bridges.csv instances.mrc instances.csv \
    plan.json report.html; do
    cmp "$out/alone/$file" "$1/$file"
  done
  diff -r "$out/alone/surfaces" "$1/surfaces"
  echo "$2: the bytes of a run alone"
}
$segment --output "$out/alone"
for ranks in 2 4; do
  $mpirun -n $ranks $segment --output "$out/on-$ranks" --mpi
  same "$out/on-$ranks" "$ranks ranks"
done
$mpirun -n 2 sh -c "$rank" "$out/lost.pids" $segment --output "$out/lost" --mpi 2>/dev/null &
launcher=$!
kill_rank "$out/lost/.bilayer/predict-0.tiles" "$out/lost.pids" 2
if wait $launcher; then fail "a run that lost a rank ended well"; fi
$mpirun -n 2 $segment --output "$out/lost" --mpi --resume
sed -n 's/^[^ ]* [^ ]* s  \(.* of an earlier run\)$/\1/p' "$out/lost/run.log"
same "$out/lost" "a rank killed in predict, launched again"

echo
echo "## What a step costs: the shipped network, 4 patches of 64 x 64 x 64, a thread a rank"
options="train --data $out/data --validation $out/data --network volume --patch 64 --batch 4"
options="$options --steps 6 --force"
extra=--mpi
for ranks in 1 2 4; do
  train speed 1 $mpirun -n $ranks
  grep 'a step took' "$out/speed.messages" | tail -1
done
echo
echo "## What prediction costs: seconds of wall clock, $(nproc) cores"
predict="$bilayer predict $out/large/tomogram.mrc --threads 1 --memory 4 --quiet --force"
for ranks in 1 2 4; do
  seconds $mpirun -n $ranks $predict --plan "$out/tiles.json" --output "$out/speed-$ranks" --mpi
  echo "$ranks ranks: $(tail -1 "$out/time" | cut -d ' ' -f 1) s"
done
