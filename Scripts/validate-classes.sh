#!/bin/sh
# Classes of membranes by shape against what was simulated, from true and from predicted masks: a
# confusion table each, and balanced accuracy; lumen of closed membranes against the exact surfaces.
#
#   Scripts/validate-classes.sh [FOLDER] [SEED...]
#
# FOLDER: where results go (default: validation-classes). SEED: two scenes each, of small membranes at 10 Å
# and of large ones at 24 Å (default: 7101 ... 7112; priors were chosen on others). PREDICTED: how many of the
# seeds are also predicted (default: all). PYTHON: one that has numpy and mrcfile (default: python3).
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
python=${PYTHON:-python3}
out=${1:-validation-classes}
[ $# -gt 1 ] && shift || set -- 7101 7102 7103 7104 7105 7106 7107 7108 7109 7110 7111 7112
[ -x "$bilayer" ] || { echo "validate-classes: build first: make build" >&2; exit 1; }
mkdir -p "$out"

small='{"scene":{"size":{"x":192,"y":192,"z":128},"vesicles":4,"nestedPairs":1,"tubules":2,"sheets":1,
  "contactVesicles":1,"openMembranes":4}}'
large='{"scene":{"size":{"x":192,"y":192,"z":144},"pixelSizeAngstrom":24,"halfThicknessAngstrom":35,
  "vesicles":1,"nestedPairs":1,"tubules":1,"sheets":0,"contactVesicles":0,"openMembranes":0,"organelles":2,
  "cisternaStacks":1,"vesicleRadiusNm":{"low":90,"high":120},"elongation":{"low":1,"high":1.5},
  "tubuleRadiusNm":{"low":20,"high":40}}}'
# Standard deviations decide no class and take most of the time.
plain='"fitting":{"largestPosterior":0},"morphometry":{"lumen":true}'

# Surfaces, classes and lumen of labels as they are.
#   take LABELS FOLDER
take() {
  mkdir -p "$2"
  [ -e "$2/plan.json" ] || echo "{\"stages\":[],$plain}" >"$2/plan.json"
  $bilayer separate --instances "$1" --output "$2" --quiet --resume
  $bilayer fit --output "$2" --quiet --resume
  $bilayer measure --output "$2" --quiet --resume
}

for seed in "$@"; do
  for kind in small large; do
    scene=$out/$seed-$kind
    [ $kind = small ] && { options=$small own=$seed; } || { options=$large own=$((seed + 100)); }
    echo "$options" >"$out/$kind.json"
    $bilayer simulate --output "$scene/phantom" --seed "$own" --options "$out/$kind.json" \
      --leaflet-cnr 0.8 --quiet --resume
    take "$scene/phantom/labels.mrc" "$scene/true"
    [ $kind = small ] || continue
    # The same vesicles without the caps that the wedge hides.
    $python Scripts/score-classes.py cut "$scene"
    take "$scene/cut.mrc" "$scene/cut"
  done
done

count=0
echo "{$plain}" >"$out/plan.json"
for seed in "$@"; do
  count=$((count + 1))
  [ $count -gt "${PREDICTED:-9999}" ] && break
  for kind in small large; do
    scene=$out/$seed-$kind
    $bilayer segment "$scene/phantom/tomogram.mrc" --output "$scene/predicted" --plan "$out/plan.json" \
      --quiet --resume
  done
done

$python Scripts/score-classes.py score "$out"
