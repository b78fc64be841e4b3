# Scores and their tables, for the scripts that validate: sourced, not run. They set $bilayer.

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

# Segments a simulated phantom with a model and scores it: a row.
#   score_phantom NAME FOLDER MODEL      FOLDER: holds phantom/, gets results/ and scores.txt
score_phantom() {
  $bilayer segment "$2/phantom/tomogram.mrc" --output "$2/results" --model "$3" --quiet --resume
  $bilayer evaluate "$2/results" "$2/phantom" >"$2/scores.txt"
  row "$1" "$2/scores.txt"
}

# Makes a phantom for each seed and scores it: a row each.
#   score_seeds FOLDER CONTRAST MODEL SEED...      FOLDER: holds CONTRAST/SEED/
score_seeds() {
  seeds_folder=$1/$2 contrast=$2 model=$3
  shift 3
  for seed in "$@"; do
    $bilayer simulate --output "$seeds_folder/$seed/phantom" --seed "$seed" \
      --leaflet-cnr "$contrast" --quiet --resume
    score_phantom "seed-$seed" "$seeds_folder/$seed" "$model"
  done
}

# The same for the phantoms of another simulator, of one specimen under less and more noise: two rows.
#   score_polnet DATA FOLDER MODEL       FOLDER: a name that the noise is added to
score_polnet() {
  for snr in 0.3 0.1; do
    $bilayer segment "$1/polnet_s101_snr$snr.mrc" --output "$2$snr" --model "$3" --quiet --resume
    $bilayer evaluate "$2$snr" "$1/polnet_s101_lbl.mrc.gz" --membrane-labels 1,2,3 \
      --ignore-label 30 --truth-surfaces "$1/polnet_s101_midsurfaces.vtp" --truth-types 1,2 \
      >"$2$snr/scores.txt"
    row "SNR-$snr" "$2$snr/scores.txt"
  done
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
