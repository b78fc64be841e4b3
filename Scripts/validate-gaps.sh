#!/bin/sh
# Scores methods that close gaps on benchmarks with known gaps: simulated scenes with gaps by wedge,
# noise and protein, and real segmentations from which pieces were erased. Prints a Markdown row for
# each method and length of gap.
#
#   Scripts/validate-gaps.sh METHOD...
#
# METHOD: what `bilayer trace --method` takes; options may follow it, as in
# "closing --closing-radius 60". Settings from the environment: OUT, where results go (default:
# validation/gaps); SEEDS (default: the test seeds 9201 to 9203; options are chosen on 5201 to 5203);
# REAL=0 leaves out the erased segmentations; TOMOGRAM=1 gives the tomogram to the tracer.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
[ $# -gt 0 ] || { echo "usage: Scripts/validate-gaps.sh METHOD..." >&2; exit 2; }
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
out=${OUT:-validation/gaps}
data=../shared/data/seg
bins='5_10_nm 10_20_nm 20_40_nm 40_60_nm 20_60_nm'
mkdir -p "$out"

# Traces and scores one benchmark with one method.
#   score DIR METHOD NAME
score() {
  tomogram=
  if [ "${TOMOGRAM:-0}" = 1 ] && [ -r "$1/tomogram.mrc" ]; then
    tomogram="--tomogram $1/tomogram.mrc"
  fi
  # A folder's plan keeps the options of an earlier run.
  rm -rf "${1:?}/$3"
  # Method and tomogram are words, not one.
  # shellcheck disable=SC2086
  $bilayer trace --mask "$1/mask.mrc" $tomogram --method $2 --output "$1/$3" --force --quiet
  $bilayer evaluate "$1/$3" "$1" --quiet >"$1/$3/scores.txt"
}

# Rows of the table: means of precision, recall and F1 over benchmarks, by length.
#   rows TITLE METHOD FILE...
rows() {
  title=$1 method=$2
  shift 2
  for bin in $bins false; do
    cat "$@" | awk -v bin="$bin" -v title="$title" -v method="$method" '
      function mean(key) { return n[key] ? sprintf("%.3f", s[key] / n[key]) : "-" }
      $2 != "-" { s[$1] += $2; n[$1]++ }
      END {
        if (bin == "false") {
          printf "| %s | %s | false area share | %s | | |\n", title, method,
            mean("false_area_added_share")
        } else {
          printf "| %s | %s | %s | %s | %s | %s |\n", title, method, bin,
            mean("gap_precision_" bin), mean("gap_recall_" bin), mean("gap_f1_" bin)
        }
      }'
  done
}

simulated=
for seed in ${SEEDS:-9201 9202 9203}; do
  $bilayer simulate --gaps --output "$out/$seed" --seed "$seed" --leaflet-cnr 0.5 --quiet --resume
  simulated="$simulated $out/$seed"
done

# Erases gaps from a real segmentation.
#   erase NAME FILE OPTION...
real=
erase() {
  name=$1 file=$2
  shift 2
  [ -r "$data/$file" ] || { echo "validate: no $data/$file: left out" >&2; return 0; }
  [ -r "$out/$name/gaps.csv" ] ||
    $bilayer simulate --gaps --labels "$data/$file" --output "$out/$name" --seed "${ERASE:-9201}" \
      --quiet "$@"
  real="$real $out/$name"
}
if [ "${REAL:-1}" = 1 ]; then
  erase autophagosome AP_middle_labels.mrc.gz
  erase vacuole vacuole_contact_labels.mrc.gz
  erase thylakoid thylakoid_T1S1M1.mrc.gz
  erase vesicle t74_vesicle3_bin6.Labels.mrc --pixel-size 14
  erase golgi golgi_lbl.mrc.gz --membrane-labels 1 --labels-are-classes --pixel-size 14
fi

echo '| data | method | gaps | precision | recall | F1 |'
echo '|---|---|---|---|---|---|'
number=0
for method in "$@"; do
  number=$((number + 1))
  for kind in simulated real; do
    folders=$simulated
    [ $kind = simulated ] || folders=$real
    [ -n "$folders" ] || continue
    files=
    for folder in $folders; do
      score "$folder" "$method" "traced-$number"
      files="$files $folder/traced-$number/scores.txt"
    done
    # shellcheck disable=SC2086
    rows $kind "$method" $files
  done
done
