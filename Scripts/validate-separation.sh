#!/bin/sh
# Scores how touching membranes are told apart and fragments grouped, with connected components (and,
# for grouping, the nearest neighbour; for predicted masks, perfect labels of them) beside. Prints
# Markdown rows: data, method, pq, split and merge counts, voi_bits, grouping_f1.
#
#   Scripts/validate-separation.sh [PART...]
#
# PART: masks (true masks of crowded scenes, also grown until they touch), predicted, real, contact,
# grouping; default: all. Settings from the environment: OUT, where results go (default:
# validation/separation); SEEDS (default: the test seeds 9001 to 9005; options were chosen on 5001 to
# 5005); PYTHON, with numpy, scipy and mrcfile (default: python3); BILAYER, the program.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
out=${OUT:-validation/separation}
seeds=${SEEDS:-9001 9002 9003 9004 9005}
masks="${PYTHON:-python3} Scripts/separation-masks.py"
data=../shared/data/seg
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
mkdir -p "$out"
cat >"$out/crowded.json" <<'END'
{"scene": {"vesicles": 6, "nestedPairs": 2, "tubules": 1, "sheets": 1, "cisternaStacks": 1,
  "contactVesicles": 5, "organelles": 1}}
END

# One row: separates a mask and scores the labels.
#   score NAME MASK TRUTH OPTION...
score() {
  name=$1 mask=$2 truth=$3
  shift 3
  rm -rf "$out/result"
  $bilayer separate --mask "$mask" --output "$out/result" --quiet "$@"
  row "$name | ${*:-default}" "$out/result/instances.mrc" "$truth"
}

# The row of labels.
#   row NAME LABELS TRUTH
row() {
  $bilayer evaluate "$2" "$3" --quiet | awk -v name="$1" '
    { value[$1] = $2 }
    END {
      printf "| %s | %s | %s | %s | %s | %s |\n", name, value["pq"], value["split_count"],
        value["merge_count"], value["voi_bits"], value["grouping_f1"]
    }'
}

both() {
  score "$@" --method components
  score "$@"
}

# A crowded scene of each seed.
scenes() {
  for seed in $seeds; do
    $bilayer simulate --output "$out/$seed" --seed "$seed" --leaflet-cnr 0.6 \
      --options "$out/crowded.json" --quiet --resume
  done
}

masks() {
  scenes
  for seed in $seeds; do
    for steps in 0 1 2; do
      $masks grow "$out/$seed/labels.mrc" $steps "$out/grown"
      both "seed $seed, grown by $steps" "$out/grown/mask.mrc" "$out/grown/labels.mrc"
    done
  done
}

predicted() {
  scenes
  for seed in $seeds; do
    results=$out/$seed/results
    $bilayer predict "$out/$seed/tomogram.mrc" --output "$results" --quiet --resume
    $bilayer trace --output "$results" --quiet --resume
    both "seed $seed, predicted" "$results/mask.mrc" "$out/$seed/labels.mrc"
    $masks perfect "$results/mask.mrc" "$out/$seed/labels.mrc" "$out/perfect.mrc"
    row "seed $seed, predicted | perfect labels" "$out/perfect.mrc" "$out/$seed/labels.mrc"
  done
}

real() {
  for specimen in AP_middle vacuole_contact; do
    labels=$data/${specimen}_labels.mrc.gz
    [ -r $labels ] || { echo "validate: no $specimen: left out" >&2; continue; }
    for steps in 0 1 2 3 4; do
      $masks grow $labels $steps "$out/grown"
      both "$specimen, grown by $steps" "$out/grown/mask.mrc" "$out/grown/labels.mrc"
    done
  done
}

# Share of ten pairs each that come apart: pq above 0.9.
contact() {
  for gap in -1 0 1 2 3 5 10 20 30; do
    for method in components faces; do
      right=0
      for seed in 1 2 3 4 5 6 7 8 9 10; do
        $masks contact $gap $seed "$out/contact"
        pq=$(score x "$out/contact/mask.mrc" "$out/contact/labels.mrc" --method $method |
          awk -F'|' '{ print $4 }')
        right=$(awk -v pq="$pq" -v right=$right 'BEGIN { print right + (pq > 0.9) }')
      done
      echo "| gap $gap nm | $method | $right of 10 |"
    done
  done
}

# Pieces of membranes, grouped by three methods.
#   group NAME LABELS SEED
group() {
  $masks erase "$2" "$3" "$out/erased"
  score "$1, erased" "$out/erased/mask.mrc" "$out/erased/labels.mrc" --method components
  $masks nearest "$out/erased/mask.mrc" "$out/nearest.mrc"
  row "$1, erased | nearest neighbour" "$out/nearest.mrc" "$out/erased/labels.mrc"
  score "$1, erased" "$out/erased/mask.mrc" "$out/erased/labels.mrc"
}

grouping() {
  scenes
  for seed in $seeds; do group "seed $seed" "$out/$seed/labels.mrc" "$seed"; done
  for specimen in AP_middle vacuole_contact; do
    labels=$data/${specimen}_labels.mrc.gz
    [ -r $labels ] || { echo "validate: no $specimen: left out" >&2; continue; }
    for seed in $seeds; do group "$specimen $seed" $labels "$seed"; done
  done
}

echo '| data | method | pq | split_count | merge_count | voi_bits | grouping_f1 |'
echo '|---|---|---|---|---|---|---|'
for part in ${*:-masks predicted real contact grouping}; do "$part"; done
