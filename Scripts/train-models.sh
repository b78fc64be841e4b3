#!/bin/sh
# Makes the shipped models from the simulator alone: tomograms first, then the networks.
#
#   Scripts/train-models.sh [FOLDER]      FOLDER: tomograms and checkpoints (default: .model)
#
# Stopped, it goes on where it was. On a GPU it takes minutes, on two cores a day; SCENES and STEPS
# make it smaller. Models: Models/*.safetensors, or MODELS.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
work=${1:-.model}
models=${MODELS:-Models}
scenes=${SCENES:-384}
steps=${STEPS:-4800}
device=${DEVICE:-auto}

# Eight groups side by side, each from its own seed: the same tomograms on any machine.
groups=8
threads=$(($(nproc) / groups))
[ "$threads" -ge 1 ] || threads=1
mkdir -p "$work" "$models"
group=0
while [ $group -lt $groups ]; do
  "$bilayer" simulate --count $((scenes / groups)) --randomise --seed $((100001 + 1000 * group)) \
    --output "$work/group-$group" --threads $threads --quiet --resume &
  group=$((group + 1))
  # As many at a time as the machine has cores.
  [ $((group % $(nproc))) -ne 0 ] || wait
done
wait

# train NETWORK FILE STEPS PATCH BATCH
train() {
  "$bilayer" train --network "$1" --data "$work"/group-* --model-pixel-size 10 --steps "$3" \
    --patch "$4" --batch "$5" --seed 1 --device "$device" --output "$models/$2" --resume
}
train volume membrane.safetensors "$steps" 112 6
train fast membrane-fast.safetensors "$steps" 112 6
train slice membrane-slice.safetensors "$steps" 192 32
