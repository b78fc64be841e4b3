#!/bin/sh
# Scores the shipped model on unseen simulated tomograms and, where it is at hand, on another
# simulator's phantom.
#
#   Scripts/validate.sh [FOLDER]     where results go; default: validation
set -eu
cd "$(dirname "$0")/.."
bilayer=.build/release/bilayer
out=${1:-validation}
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
scores='^ *(leaflet_cnr|nsd_1|thickness_ratio|surface_precision|surface_f1_seen|recall_seen|recall_hidden|pq) '

for seed in 9001 9002 9003 9004 9005; do
  $bilayer simulate --output "$out/$seed/phantom" --seed $seed --leaflet-cnr 0.9 --quiet --resume
  $bilayer segment "$out/$seed/phantom/tomogram.mrc" --output "$out/$seed/results" --quiet --resume
  echo "own simulator, seed $seed"
  $bilayer evaluate "$out/$seed/results" "$out/$seed/phantom" | grep -E "$scores"
done

data=../shared/data/sim
if [ ! -r $data/polnet_s101_lbl.mrc.gz ]; then
  echo "validate: no phantom of another simulator in $data: left out"
  exit 0
fi
for snr in 0.3 0.1; do
  $bilayer segment $data/polnet_s101_snr$snr.mrc --output "$out/polnet-$snr" --quiet --resume
  echo "another simulator, SNR $snr"
  $bilayer evaluate "$out/polnet-$snr" $data/polnet_s101_lbl.mrc.gz --membrane-labels 1,2,3 \
    --ignore-label 30 --truth-surfaces $data/polnet_s101_midsurfaces.vtp --truth-types 1,2 |
    grep -E "$scores"
done
