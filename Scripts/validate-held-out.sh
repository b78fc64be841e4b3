#!/bin/sh
# How a network does in worlds of a family that it has not seen: mitochondria (a shape), thickets of
# microtubules (a surrounding), SIRT-like filters (a reconstruction), coloured noise. Trainings of the network
# `fast` from nothing, alike but for the tomograms, of which each leaves out one family.
#
#   Scripts/validate-held-out.sh [FOLDER]      FOLDER: default validation-held-out
#
# STEPS of each training (default 3000: after 150 soft Dice is 0.26, and nothing can be told); LEARN scenes (144)
# from seed 390001 on, scored on TEST scenes (64) from 395001 on; a new FOLDER begins anew, and a run that was
# stopped goes on. Some four hours on two cores. PYTHON: a Python 3 (default: python3).
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
python=${PYTHON:-python3}
out=${1:-validation-held-out}
[ -x "$bilayer" ] || { echo "validate-held-out: build first: make build" >&2; exit 1; }
families='shape surrounding filter noise'
. Scripts/tables.sh
columns='surface_f1_seen surface_precision recall_seen'

# scenes NAME SEED COUNT
scenes() {
  $bilayer simulate --randomise --count "$3" --seed "$2" --size 192x192x96 --output "$out/$1" \
    --quiet --resume
}

# train NAME SCENE...
train() {
  model=$out/$1.safetensors
  shift
  # The C library would hand the memory of each batch back, and fetch it anew.
  MALLOC_TOP_PAD_=500000000 MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=200000000000 \
    $bilayer train --network fast --data "$@" --model-pixel-size 10 --steps "${STEPS:-3000}" \
    --patch 80 --batch 6 --seed 1 --output "$model" --quiet --resume
}

# score MODEL SCENE: a row; nothing where there is no membrane. What has been scored is not scored again.
score() {
  result=$2/$1
  if [ ! -e "$result/scores.txt" ]; then
    $bilayer predict "$2/tomogram.mrc" --model "$out/$1.safetensors" --output "$result" --quiet --resume
    $bilayer trace --output "$result" --no-tracing --quiet --resume
    $bilayer evaluate "$result" "$2" --quiet >"$result/scores.part"
    mv "$result/scores.part" "$result/scores.txt"
  fi
  ! grep -q 'area_truth_nm2  *[0-9.]*[1-9]' "$result/scores.txt" || row "scene-${2##*/}" "$result/scores.txt"
}

scenes learn 390001 "${LEARN:-144}"
scenes test 395001 "${TEST:-64}"
train all "$out"/learn/*
for family in $families; do
  # Paths of the scenes are words.
  # shellcheck disable=SC2046
  train "without-$family" $($python Scripts/scene-families.py "$family" without "$out"/learn/*)
  for model in all "without-$family"; do
    heading "worlds of the family $family, trained on: $model"
    for scene in $($python Scripts/scene-families.py "$family" with "$out"/test/*); do
      score "$model" "$scene"
    done | summary
  done
done
