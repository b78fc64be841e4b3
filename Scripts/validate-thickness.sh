#!/bin/sh
# Is the thickness of membranes right, and its standard deviation? Simulated tomograms of several voxel sizes and
# defocus values, surfaces fitted to the true labels, so that nothing but the thickness is tested.
#
#   Scripts/validate-thickness.sh [FOLDER] [SEED...]
#
# A row for each voxel size and all of them: membranes, share with a thickness, mean error and its root mean
# square, Å, root mean square of error / sd, share within 1.96 sd.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
out=${1:-validation/thickness}
[ $# -gt 1 ] && shift || set -- 9001 9002 9003
[ -x "$bilayer" ] || { echo "validate-thickness: build first: make build" >&2; exit 1; }

# True spacing and measured thickness of each membrane.
#   compared VOXEL FOLDER
compared() {
  awk -v voxel="$1" -F '[,:]' '
    FNR == NR && /"label" :/ { label = $2 + 0 }
    FNR == NR && /"leaflet_spacing_A" :/ { truth[label] = $2 + 0 }
    FNR == NR { next }
    FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    { print voxel, truth[$1], $column["thickness_A"] == "" ? "-" : $column["thickness_A"],
        $column["thickness_A_sd"] == "" ? "-" : $column["thickness_A_sd"] }' \
    "$2/phantom/truth.json" "$2/fitted/instances.csv"
}

mkdir -p "$out"
: >"$out/rows.txt"
for voxel in 8 10 14 17; do
  for defocus in 2 4 7; do
    for seed in "$@"; do
      folder=$out/$voxel/$defocus/$seed
      mkdir -p "$folder"
      echo "{ \"imaging\": { \"defocusMicrometre\": $defocus } }" >"$folder/options.json"
      $bilayer simulate --output "$folder/phantom" --seed "$seed" --pixel-size "$voxel" --size 160x160x96 \
        --leaflet-cnr 0.8 --options "$folder/options.json" --quiet --resume
      [ -e "$folder/fitted/surfaces" ] || $bilayer fit --instances "$folder/phantom/labels.mrc" \
        --output "$folder/fitted" --quiet
      $bilayer measure --output "$folder/fitted" --tomogram "$folder/phantom/tomogram.mrc" --quiet --force
      compared "$voxel" "$folder" >>"$out/rows.txt"
    done
  done
done
printf '%-6s %9s %7s %7s %6s %6s %8s\n' voxel membranes given error rms rms_z covered
awk '
  function count(key) {
    n[key]++
    if ($3 == "-" || $4 == "-") return
    e = $3 - $2; given[key]++; sum[key] += e; squares[key] += e * e
    z[key] += e * e / ($4 * $4); covered[key] += (e * e <= 1.96 * 1.96 * $4 * $4)
  }
  { count($1); count("all") }
  END {
    split("8 10 14 17 all", keys, " ")
    for (i = 1; i <= 5; i++) {
      k = keys[i]; g = given[k]
      if (g) printf "%-6s %9d %7.2f %7.1f %6.1f %6.2f %8.2f\n", k, n[k], g / n[k], sum[k] / g, \
        sqrt(squares[k] / g), sqrt(z[k] / g), covered[k] / g
    }
  }' "$out/rows.txt"
