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
bilayer=${BILAYER:-.build/release/bilayer}
out=${1:-validation}
model=${2:-volume}
[ $# -gt 2 ] && shift 2 || set -- 9001 9002 9003 9004 9005
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }

. Scripts/tables.sh

for contrast in ${CONTRASTS:-0.9 0.6 0.4}; do
  mkdir -p "$out/$contrast"
  heading "own simulator, leaflet_cnr $contrast, 10 Å"
  score_seeds "$out" "$contrast" "$model" "$@" >"$out/$contrast/rows.txt"
  summary <"$out/$contrast/rows.txt"
done

data=../shared/data/sim
if [ ! -r $data/polnet_s101_lbl.mrc.gz ]; then
  echo "validate: no phantom of another simulator in $data: left out"
  exit 0
fi
heading "another simulator, 10 Å"
score_polnet "$data" "$out/polnet-" "$model"
