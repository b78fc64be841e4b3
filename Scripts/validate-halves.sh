#!/bin/sh
# Do the halves of a tomogram tell whether standard deviations hold? Simulated tomograms, their even and odd
# projections segmented apart, with `bilayer compare-halves` on standard deviations as they are (1), halved (0.5),
# as they would be right by the truth, and half of that. Beside it what the truth says of both halves.
#
#   Scripts/validate-halves.sh [FOLDER] [MODEL] [SEED...]
#
# leaflet_cnr is that of the whole tomogram; that of a half is lower by the root of two.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
out=${1:-validation/halves}
model=${2:-volume}
[ $# -gt 2 ] && shift 2 || set -- 5001 5002 5003
[ -x "$bilayer" ] || { echo "validate-halves: build first: make build" >&2; exit 1; }

# A metric of both halves.
#   truth FOLDER METRIC
truth() { awk -v name="$2" '$1 == name { print $2 }' "$1/scores-even.txt" "$1/scores-odd.txt"; }

# The share of vertices whose halves agree, with interval, rms z and verdict.
#   compared FOLDER FACTOR
compared() {
  $bilayer compare-halves "$1/even" "$1/odd" --sd-factor "$2" |
    awk -v factor="$2" '$1 == "all" { $1 = $2 = $3 = ""; printf "  x %-7s %s\n", factor, $0 }'
}

for contrast in ${CONTRASTS:-0.9 0.5}; do
  for seed in "$@"; do
    folder=$out/$contrast/$seed
    $bilayer simulate --output "$folder/phantom" --seed "$seed" --leaflet-cnr "$contrast" --halves \
      --quiet --resume
    for half in even odd; do
      $bilayer segment "$folder/phantom/tomogram_$half.mrc" --output "$folder/$half" --model "$model" \
        --quiet --resume
      $bilayer evaluate "$folder/$half" "$folder/phantom" --quiet >"$folder/scores-$half.txt"
    done
    echo "leaflet_cnr $contrast, seed $seed: true coverage_95" $(truth "$folder" coverage_95) \
      "sd_factor_95" $(truth "$folder" sd_factor_95)
    right=$(truth "$folder" sd_factor_95 | awk '{ sum += $1 } END { printf "%.3f", sum / NR }')
    for factor in 1 0.5 "$right" "$(echo "$right" | awk '{ printf "%.3f", $1 / 2 }')"; do
      compared "$folder" "$factor"
    done
  done
done
