#!/bin/sh
# Do other people's readers find in `bilayer export`'s files what is in surfaces/*.ply?
#
#   Scripts/validate-outputs.sh [DIR]         a result folder; without it, a simulated one is made
#   BILAYER_CHECKS=FOLDER                     where trimesh, starfile and imodmodel are (default: a
#                                             virtual environment made for this run)
#
# Prints the largest difference in Å of each format; fails above 0.01 Å.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
bilayer=$root/.build/release/bilayer
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checks=${BILAYER_CHECKS:-$work/checks}
if [ ! -x "$checks/bin/python" ]; then
  python3 -m venv "$checks"
  "$checks/bin/pip" install --quiet --disable-pip-version-check numpy scipy mrcfile trimesh rtree starfile \
    imodmodel
fi
results=${1:-}
if [ -z "$results" ]; then
  results=$work/results
  "$bilayer" simulate --output "$work/phantom" --size 128x128x64 --seed 5001 --quiet
  "$bilayer" fit --instances "$work/phantom/labels.mrc" --output "$results" --quiet
  set -- --tomogram "$work/phantom/tomogram.mrc"
else
  shift
fi
for relion in 4 5; do
  "$bilayer" export "$results" --points "$work/points$relion.star" --spacing 60 --offset 25 \
    --relion $relion --quiet "$@"
done
"$bilayer" export "$results" --imod "$work/model.mod" --glb "$work/scene.glb" --quiet "$@"
"$checks/bin/python" "$root/Scripts/check_outputs.py" "$work" "$results" \
  "${2:-$results/instances.mrc}"
