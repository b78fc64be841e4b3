#!/bin/sh
# Scores a model on simulated tomograms of unseen seeds and, where they are at hand, on another
# simulator's phantoms: a table a data set, with mean and standard deviation over seeds.
#
#   Scripts/validate.sh [FOLDER] [MODEL] [SEED...]
#
# FOLDER: where results go (default: validation). MODEL: a file, or volume, fast or slice (default:
# volume). SEED: default the test seeds; options are chosen on others. CONTRASTS: the leaflet_cnr values.
set -eu
cd "$(dirname "$0")/.."
bilayer=.build/release/bilayer
out=${1:-validation}
model=${2:-volume}
[ $# -gt 2 ] && shift 2 || set -- 9001 9002 9003 9004 9005
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }

. Scripts/tables.sh

for contrast in ${CONTRASTS:-0.9 0.6 0.4}; do
  mkdir -p "$out/$contrast"
  heading "own simulator, leaflet_cnr $contrast, 10 Å"
  for seed in "$@"; do
    folder=$out/$contrast/$seed
    $bilayer simulate --output "$folder/phantom" --seed "$seed" --leaflet-cnr $contrast --quiet \
      --resume
    $bilayer segment "$folder/phantom/tomogram.mrc" --output "$folder/results" --model "$model" \
      --quiet --resume
    $bilayer evaluate "$folder/results" "$folder/phantom" >"$folder/scores.txt"
    row "seed-$seed" "$folder/scores.txt"
  done >"$out/$contrast/rows.txt"
  summary <"$out/$contrast/rows.txt"
done

data=../shared/data/sim
if [ ! -r $data/polnet_s101_lbl.mrc.gz ]; then
  echo "validate: no phantom of another simulator in $data: left out"
  exit 0
fi
heading "another simulator, 10 Å"
for snr in 0.3 0.1; do
  $bilayer segment $data/polnet_s101_snr$snr.mrc --output "$out/polnet-$snr" --model "$model" \
    --quiet --resume
  $bilayer evaluate "$out/polnet-$snr" $data/polnet_s101_lbl.mrc.gz --membrane-labels 1,2,3 \
    --ignore-label 30 --truth-surfaces $data/polnet_s101_midsurfaces.vtp --truth-types 1,2 \
    >"$out/polnet-$snr/scores.txt"
  row "SNR-$snr" "$out/polnet-$snr/scores.txt"
done
