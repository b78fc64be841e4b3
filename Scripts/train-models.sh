#!/bin/sh
# Makes the shipped models from the simulator alone: tomograms first, then the networks.
#
#   Scripts/train-models.sh [FOLDER]      FOLDER: tomograms and checkpoints (default: .model)
#
# Stopped, it goes on where it was; a new FOLDER begins anew. Some ten minutes on a GPU with 16 cores,
# hours on two cores with AMX, a day or more without: SCENES and STEPS make it smaller. Models go to
# MODELS (default: Models); DEVICE chooses the device.
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

# simulate GROUP COUNT SEED [OPTION...]: in the background, as many at a time as the machine has cores.
simulate() {
  folder=$work/$1 count=$2 seed=$3
  shift 3
  "$bilayer" simulate --count "$count" --randomise --seed "$seed" --output "$folder" \
    --threads $threads --quiet --resume "$@" &
  started=$((started + 1))
  [ $((started % cores)) -ne 0 ] || wait
}
started=0
group=0
while [ $group -lt $groups ]; do
  simulate "group-$group" $((scenes / groups)) $((100001 + 1000 * group))
  group=$((group + 1))
done

# Thickets: with few of them, filaments side by side are taken for a membrane, and microtubules for
# tubules. Lines that begin with - have no membrane.
thicket=$((scenes * 3 / 64))
[ $thicket -ge 1 ] || thicket=1
none='"vesicles":0,"nestedPairs":0,"tubules":0,"sheets":0,"cisternaStacks":0,"contactVesicles":0,
"organelles":0,"buddingVesicles":0,"mitochondria":0,"openMembranes":0,'
group=0
while read -r seed scene; do
  [ "${scene#-}" = "$scene" ] || scene=$none${scene#-}
  echo "{\"scene\":{$scene}}" >"$work/thicket-$group.json"
  simulate "group-thicket-$group" $thicket "$seed" --options "$work/thicket-$group.json"
  group=$((group + 1))
done <<'END'
300001 "filaments":40,"microtubules":8
301001 "filaments":150,"filamentsPerBundle":4
302001 "filaments":300,"filamentLengthNm":{"low":60,"high":200}
303001 "filaments":100,"filamentsPerBundle":3,"microtubules":14
304001 "filaments":200,"filamentsPerBundle":8
305001 "filaments":60,"microtubules":20
306001 "filaments":250,"filamentsPerBundle":6,"filamentLengthNm":{"low":60,"high":300}
307001 -"filaments":80,"filamentsPerBundle":2,"microtubules":16
310501 "microtubules":24,"microtubuleDensity":{"low":0.7,"high":1.6}
311501 -"microtubules":40,"microtubuleDensity":{"low":0.8,"high":2}
312501 "microtubules":20,"microtubuleDensity":{"low":0.6,"high":1.4},"tubules":2,"tubuleRadiusNm":{"low":18,"high":35}
313501 "microtubules":30,"microtubuleDensity":{"low":0.8,"high":1.8},"particlesPerMillionNm3":2
END
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
