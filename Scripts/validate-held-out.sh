#!/bin/sh
# How a network does in worlds of a family that it has not seen: mitochondria (a shape), thickets of
# microtubules (a surrounding), SIRT-like filters (a reconstruction), coloured noise. Short trainings of the
# network `fast` from nothing, alike but for the tomograms, of which each leaves out one family.
#
#   Scripts/validate-held-out.sh [FOLDER]      FOLDER: default validation-held-out
#
# STEPS of each training (default 800); learning from seed 390001 on, scored on scenes from 395001 on.
# More than an hour on two cores. PYTHON: a Python 3 (default: python3).
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
python=${PYTHON:-python3}
out=${1:-validation-held-out}
[ -x "$bilayer" ] || { echo "validate-held-out: build first: make build" >&2; exit 1; }
families='shape surrounding filter noise'
mkdir -p "$out"

for part in learn:390001:144 test:395001:64; do
  count=${part##*:} seed=${part#*:}
  $bilayer simulate --randomise --count "$count" --seed "${seed%:*}" --size 192x192x96 \
    --output "$out/${part%%:*}" --quiet --resume
done

# train NAME SCENE...
train() {
  model=$out/$1.safetensors
  shift
  # The C library would hand the memory of each batch back, and fetch it anew.
  MALLOC_TOP_PAD_=500000000 MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=200000000000 \
    $bilayer train --network fast --data "$@" --model-pixel-size 10 --steps "${STEPS:-800}" \
    --patch 80 --batch 6 --seed 1 --output "$model" --quiet --resume
}

# score MODEL SCENE: a line with seen F1, precision and recall; nothing where there is no membrane.
score() {
  result=$2/$1
  $bilayer predict "$2/tomogram.mrc" --model "$out/$1.safetensors" --output "$result" --quiet --resume
  $bilayer trace --output "$result" --no-tracing --quiet --resume
  $bilayer evaluate "$result" "$2" --quiet | awk '
    { value[$1] = $2 }
    END {
      if (value["area_truth_nm2"] + 0 > 0)
        print value["surface_f1_seen"], value["surface_precision"], value["recall_seen"]
    }'
}

# mean FILE: how many lines, and means of the columns; a dash counts for nothing.
mean() {
  awk '{ for (i = 1; i <= 3; i++) if ($i != "-") { s[i] += $i; n[i]++ } }
    END { for (i = 1; i <= 3; i++) m[i] = n[i] ? s[i] / n[i] : 0; printf "%d %.3f %.3f %.3f\n", NR, m[1], m[2], m[3] }' "$1"
}

train all "$out"/learn/*
echo '| family | scenes | surface_f1_seen, all seen | family left out | difference | precision | recall |'
echo '|---|---|---|---|---|---|---|'
for family in $families; do
  # Paths of the scenes are words.
  # shellcheck disable=SC2046
  train "without-$family" $($python Scripts/scene-families.py "$family" without "$out"/learn/*)
  for model in all "without-$family"; do
    for scene in $($python Scripts/scene-families.py "$family" with "$out"/test/*); do
      score "$model" "$scene"
    done >"$out/$family-$model.txt"
  done
  { mean "$out/$family-all.txt"; mean "$out/$family-without-$family.txt"; } | tr '\n' ' ' |
    awk -v family="$family" '{ printf "| %s | %d | %.3f | %.3f | %+.3f | %.3f, %.3f | %.3f, %.3f |\n",
      family, $1, $2, $6, $6 - $2, $3, $7, $4, $8 }'
done
