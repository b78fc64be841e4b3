#!/bin/sh
# Scores a model on simulated tomograms of unseen seeds and, where they are at hand, on another
# simulator's phantoms: a table a data set, with mean and standard deviation over seeds.
#
#   Scripts/validate.sh [FOLDER] [MODEL] [SEED...]
#
# FOLDER: where results go (default: validation). MODEL: default the one shipped. SEED: default the
# test seeds; options are chosen on others.
set -eu
cd "$(dirname "$0")/.."
bilayer=.build/release/bilayer
out=${1:-validation}
model=${2:-Models/membrane.safetensors}
[ $# -gt 2 ] && shift 2 || set -- 9001 9002 9003 9004 9005
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }

columns='surface_f1_seen surface_precision recall_seen recall_hidden nsd_1 thickness_ratio gap_precision gap_f1 pq'

# One row of the table from the text of `bilayer evaluate`.
#   row NAME FILE
row() {
  awk -v name="$1" -v columns="$columns" '
    { value[$1] = $2 }
    END {
      count = split(columns, column)
      printf "%-22s", name
      for (i = 1; i <= count; i++) printf " %17s", (column[i] in value) ? value[column[i]] : "-"
      print ""
    }' "$2"
}

heading() {
  echo "$1"
  printf '%-22s' data
  for column in $columns; do printf ' %17s' "$column"; done
  echo
}

# Rows in; the rows, their mean and their standard deviation out.
summary() {
  awk '
    { print; for (i = 2; i <= NF; i++) if ($i != "-") { n[i]++; s[i] += $i; q[i] += $i * $i } fields = NF }
    END {
      printf "%-22s", "mean"
      for (i = 2; i <= fields; i++) if (n[i]) printf " %17.3f", s[i] / n[i]; else printf " %17s", "-"
      printf "\n%-22s", "sd"
      for (i = 2; i <= fields; i++)
        if (n[i] > 1) {
          v = (q[i] - s[i] * s[i] / n[i]) / (n[i] - 1)
          printf " %17.3f", (v > 0 ? sqrt(v) : 0)
        } else printf " %17s", "-"
      print ""
    }'
}

for contrast in 0.9 0.5; do
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
