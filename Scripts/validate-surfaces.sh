#!/bin/sh
# Scores the standard deviations of fitted surfaces: coverage of their 95 % band, overall, in each third
# by standard deviation, where seen and where hidden, on own phantoms and on another simulator's.
#
#   Scripts/validate-surfaces.sh [FOLDER] [MODEL] [SEED...]
#
# As Scripts/validate.sh, whose results in the same FOLDER it uses again.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
out=${1:-validation}
model=${2:-volume}
[ $# -gt 2 ] && shift 2 || set -- 9001 9002 9003 9004 9005
[ -x "$bilayer" ] || { echo "validate-surfaces: build first: make build" >&2; exit 1; }

. Scripts/tables.sh
columns='coverage_95 coverage_95_sd_low coverage_95_sd_middle coverage_95_sd_high coverage_95_seen
  coverage_95_hidden mean_sd_A mean_sd_over_rmse vertex_rmse_seen_A vertex_median_seen_A surface_rmse_A'
columns=$(echo $columns)

for contrast in ${CONTRASTS:-0.9 0.5}; do
  mkdir -p "$out/$contrast"
  heading "standard deviations of surfaces, own simulator, leaflet_cnr $contrast, 10 Å"
  score_seeds "$out" "$contrast" "$model" "$@" >"$out/$contrast/surface-rows.txt"
  summary <"$out/$contrast/surface-rows.txt"
done

data=../shared/data/sim
[ -r $data/polnet_s101_lbl.mrc.gz ] || exit 0
heading "standard deviations of surfaces, another simulator, 10 Å"
score_polnet "$data" "$out/polnet-" "$model"
