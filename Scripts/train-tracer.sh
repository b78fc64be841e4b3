#!/bin/sh
# Makes the shipped tracer from the simulator and the shipped network alone.
#
#   Scripts/train-tracer.sh [FOLDER]      FOLDER: tomograms (default: .tracer)
#
# Half an hour on two cores. The tracer goes to MODELS (default: Models); STEPS and SEED are those of
# learning. AGENTS: a tracer whose agents are kept, so that only judges are made anew, as after a change of
# the network. Scratch data of 12 GB go to TMPDIR.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
work=${1:-.tracer}
models=${MODELS:-Models}

# scenes FOLDER COUNT SEED GAP_SEED CONTRAST...: worlds of all kinds, and, one for each contrast, scenes
# with known gaps, rims that are none, and neighbours to be kept apart.
scenes() {
  folder=$1 seed=$4
  "$bilayer" simulate --randomise --count "$2" --seed "$3" --output "$folder/random" --quiet --resume
  shift 4
  for contrast in "$@"; do
    "$bilayer" simulate --gaps --seed "$seed" --leaflet-cnr "$contrast" \
      --output "$folder/gaps/$seed" --quiet --resume
    seed=$((seed + 1))
  done
  for scene in "$folder"/random/* "$folder"/gaps/*; do
    "$bilayer" predict "$scene/tomogram.mrc" --output "$scene/predicted" --quiet --resume
    ln -sf predicted/probability.mrc "$scene/probability.mrc"
  done
}
mkdir -p "$work/learn/gaps" "$work/judge/gaps" "$models"
agents=${AGENTS:-}
if [ -z "$agents" ]; then
  agents=$work/agents.safetensors
  scenes "$work/learn" 18 310001 330001 0.4 0.5 0.6 0.7 0.9 0.3 0.4 0.5
  "$bilayer" train-tracer --data "$work/learn/random" "$work/learn/gaps" --steps "${STEPS:-9000}" \
    --seed "${SEED:-1}" --output "$agents" --force
fi
scenes "$work/judge" 20 320001 330009 0.6 0.7 0.9 \
  0.3 0.4 0.5 0.6 0.7 0.9 0.4 0.5 0.6 0.5 0.3 0.4 0.5 0.6 0.7 0.9 0.4 0.5 0.6 0.5
# How likely a bridge is right is told from tomograms that the agents have not seen.
"$bilayer" train-tracer --data "$work/judge/random" "$work/judge/gaps" --steps 0 \
  --from "$agents" --output "$work/tracer.safetensors" --force
cp "$work/tracer.safetensors" "$models/"
