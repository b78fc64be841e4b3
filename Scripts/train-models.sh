#!/bin/sh
# Makes the shipped models from the simulator alone: tomograms first, then the networks.
#
#   Scripts/train-models.sh [FOLDER]      FOLDER: tomograms and checkpoints (default: .model)
#
# Stopped, it goes on where it was; a new FOLDER begins anew. Some ten minutes on a GPU with 16 cores,
# a day or more on two cores: SCENES and STEPS make it smaller. Models go to MODELS (default: Models);
# DEVICE chooses the device.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
work=${1:-.model}
models=${MODELS:-Models}
scenes=${SCENES:-256}
steps=${STEPS:-2650}

# The C library would hand the memory of each batch back, and fetch it anew.
export MALLOC_TOP_PAD_=500000000 MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=200000000000

# Sixteen groups side by side, each from its own seed: the same tomograms on any machine.
groups=16
cores=$(nproc)
threads=$((cores / groups))
[ "$threads" -ge 1 ] || threads=1
mkdir -p "$work" "$models"
group=0
while [ $group -lt $groups ]; do
  "$bilayer" simulate --count $((scenes / groups)) --randomise --seed $((100001 + 1000 * group)) \
    --output "$work/group-$group" --threads $threads --quiet --resume &
  group=$((group + 1))
  # As many at a time as the machine has cores.
  [ $((group % cores)) -ne 0 ] || wait
done
wait

# train NETWORK FILE STEPS PATCH BATCH
train() {
  "$bilayer" train --network "$1" --data "$work"/group-* --model-pixel-size 10 --steps "$3" \
    --patch "$4" --batch "$5" --seed 1 --device "${DEVICE:-auto}" --output "$work/$2" --resume
  cp "$work/$2" "$models/$2"
}
train volume membrane.safetensors "$steps" 112 12
train fast membrane-fast.safetensors $((steps * 3 / 10)) 112 12
train slice membrane-slice.safetensors $((steps * 4 / 10)) 192 32
