#!/bin/sh
# Scores a model where it is a stranger: on volumes without any membrane, on real tomograms of membranes
# and of other things, and on one scene in many looks.
#
#   Scripts/validate-strangers.sh [FOLDER] [MODEL]
#
# FOLDER: where results go (default: validation/strangers). MODEL: a file, or volume, fast or slice
# (default: volume). Real data are read from ../shared/data; what is not there is left out.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
out=${1:-validation/strangers}
model=${2:-volume}
data=../shared/data
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
. Scripts/tables.sh
mkdir -p "$out"

# Percentage of a mask's voxels that are membrane.
#   share MASK
share() { $bilayer info "$1" | sed -n 's/.*mean \([0-9.e-]*\),.*/\1/p' | awk '{ printf "%.3f %%", 100 * $1 }'; }

# Stages up to the mask.
#   mask TOMOGRAM FOLDER [OPTION...]
mask() {
  tomogram=$1
  folder=$2
  shift 2
  $bilayer predict "$tomogram" --output "$folder" --model "$model" --quiet --resume "$@"
  $bilayer trace --output "$folder" --quiet --resume
}

nothing='"vesicles":0,"nestedPairs":0,"tubules":0,"sheets":0,"cisternaStacks":0,"contactVesicles":0'
bare='"particlesPerMillionNm3":0,"ribosomesPerMillionNm3":0,"filaments":0,"goldBeads":0,"texture":{"low":0,"high":0}'
echo "volumes without membranes: share called membrane (aim: at most 0.3 %)"
for seed in 9101 9102 9103; do
  for kind in noise cytosol edge; do
    case $kind in
      noise) scene="$nothing,$bare" ;;
      cytosol) scene="$nothing,\"particlesPerMillionNm3\":200,\"filaments\":12,\"microtubules\":2" ;;
      edge) scene="$nothing,\"hasFaces\":true,\"hasCarbonEdge\":true,\"faceParticlesPer1000Nm2\":1" ;;
    esac
    echo "{\"scene\":{$scene}}" >"$out/options.json"
    $bilayer simulate --output "$out/empty/$kind-$seed" --seed $seed --options "$out/options.json" \
      --quiet --resume
    mask "$out/empty/$kind-$seed/tomogram.mrc" "$out/empty/$kind-$seed/results"
    printf '%-22s %s\n' "$kind-$seed" "$(share "$out/empty/$kind-$seed/results/mask.mrc")"
  done
done

heading "one scene in many looks, leaflet_cnr 0.9"
for look in 8 10 13 18 bright bytes denoised; do
  # The same field of 2560 x 2560 x 1280 Å.
  case $look in
    8) size=320x320x160; edge=8; imaging= ;;
    13) size=197x197x98; edge=13; imaging= ;;
    18) size=142x142x71; edge=18; imaging= ;;
    bright) size=256x256x128; edge=10; imaging='"isBright":true' ;;
    bytes) size=256x256x128; edge=10; imaging='"isQuantised":true' ;;
    denoised) size=256x256x128; edge=10; imaging='"lowPassVoxels":1,"smoothingRounds":6' ;;
    *) size=256x256x128; edge=10; imaging= ;;
  esac
  echo "{\"imaging\":{$imaging}}" >"$out/options.json"
  folder=$out/looks/$look
  $bilayer simulate --output "$folder/phantom" --seed 9003 --leaflet-cnr 0.9 --size $size \
    --pixel-size $edge --options "$out/options.json" --quiet --resume
  score_phantom "$look" "$folder" "$model"
done >"$out/rows.txt"
summary <"$out/rows.txt"

if [ -r $data/confounder/13pf_MT.tif ]; then
  echo "real microtubules and gold: share called membrane (aim: at most 1 %)"
  for pair in 13pf_MT:10.44 tardis_train_imgs_0_0_30_47_25:25 tardis_train_imgs_3_0_25_54_25:25; do
    name=${pair%:*}
    mask "$data/confounder/$name.tif" "$out/$name" --pixel-size "${pair#*:}"
    printf '%-38s %s\n' "$name" "$(share "$out/$name/mask.mrc")"
  done
fi
if [ -r $data/raw/lysosome_wbp_left.mrc ]; then
  echo "a real lysosome (aim: 0.9 of the confident reference, at most 6 % of the volume)"
  $bilayer segment $data/raw/lysosome_wbp_left.mrc --pixel-size 14 --tilt-range -45,45 \
    --model "$model" --output "$out/lysosome" --quiet --resume
  $bilayer evaluate "$out/lysosome" $data/raw/lysosome_wbp_left_ref.mrc.gz --membrane-labels 1 \
    --ignore-label 2 --pixel-size 14 --tilt-range -45,45 >"$out/lysosome/scores.txt"
  grep -E '  (surface_recall|recall_seen|recall_hidden) ' "$out/lysosome/scores.txt"
  printf '  %-42s  %s\n' "share called membrane" "$(share "$out/lysosome/mask.mrc")"
fi
