#!/bin/sh
# Makes the shipped tracer from the simulator and the shipped network alone.
#
#   Scripts/train-tracer.sh [FOLDER]      FOLDER: tomograms (default: .tracer)
#
# Half an hour on two cores. The tracer goes to MODELS (default: Models); STEPS and SEED are those of
# learning. Scratch data of 12 GB go to TMPDIR.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
work=${1:-.tracer}
models=${MODELS:-Models}
mkdir -p "$work/gaps" "$models"

# Worlds of all kinds, and scenes with known gaps, rims that are none, and neighbours to be kept apart.
"$bilayer" simulate --randomise --count 18 --seed 310001 --output "$work/random" --quiet --resume
number=1
for contrast in 0.4 0.5 0.6 0.7 0.9 0.3 0.4 0.5; do
  "$bilayer" simulate --gaps --seed $((330000 + number)) --leaflet-cnr $contrast \
    --output "$work/gaps/$number" --quiet --resume
  number=$((number + 1))
done
for folder in "$work"/random/* "$work"/gaps/*; do
  "$bilayer" predict "$folder/tomogram.mrc" --output "$folder/predicted" --quiet --resume
  ln -sf predicted/probability.mrc "$folder/probability.mrc"
done
"$bilayer" train-tracer --data "$work/random" "$work/gaps" --steps "${STEPS:-9000}" \
  --seed "${SEED:-1}" --output "$work/tracer.safetensors" --force
cp "$work/tracer.safetensors" "$models/"
