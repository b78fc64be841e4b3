#!/bin/sh
# How long `bilayer batch` takes for eight tomograms with one, two and four workers, and that the results
# are the same bytes. Two minutes on two cores.
#
#   Scripts/validate-workers.sh [FOLDER]      FOLDER: default validation/workers; replaced
set -eu
cd "$(dirname "$0")/.."
bilayer=.build/release/bilayer
out=${1:-validation/workers}
count=8
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
rm -rf "$out"
mkdir -p "$out"
$bilayer simulate --output "$out/tomograms" --count $count --size 128x128x64 --quiet
for folder in "$out"/tomograms/*; do
  ln -s "tomograms/$(basename "$folder")/tomogram.mrc" "$out/ts_$(basename "$folder").mrc"
  echo "ts_$(basename "$folder").mrc"
done >"$out/list.txt"
echo "| workers, a thread each | seconds | of processor | tomograms a minute |"
echo "|---|---|---|---|"
for workers in 1 2 4; do
  /usr/bin/time -f "%e %U %S" -o "$out/time" $bilayer batch "$out/list.txt" --output "$out/on-$workers" \
    --workers $workers --threads $workers --memory $((2 * workers)) --quiet
  awk -v workers=$workers -v count=$count '
    { printf "| %d | %.0f | %.0f | %.1f |\n", workers, $1, $2 + $3, 60 * count / $1 }' "$out/time"
  for folder in "$out"/on-1/ts_*; do
    for file in probability.mrc mask.mrc bridges.csv instances.mrc instances.csv; do
      cmp "$folder/$file" "$out/on-$workers/$(basename "$folder")/$file"
    done
  done
done
echo "the same bytes from all, on $(nproc) cores"
