#!/bin/sh
# Does it help the shipped network to undo the transfer function, or to match amplitudes, beforehand?
# On simulated tomograms (256 x 256 x 128 voxels of 10 Å, leaflet_cnr 0.5) whose phases nobody flipped:
# segmented without tracing as they are, after `prepare --defocus`, and after `prepare --match` with a
# phase-flipped tomogram of the same scene.
#
#   Scripts/validate-prepare.sh [FOLDER]      FOLDER: default validation/prepare
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
out=${1:-validation/prepare}
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
. Scripts/tables.sh
mkdir -p "$out"

heading 'phases as they were, undone, amplitudes matched'
for seed in 5001 5002; do
  $bilayer simulate --seed $seed --leaflet-cnr 0.5 --output "$out/flipped-$seed" --quiet --resume
  for defocus in 6 4; do
    folder=$out/$defocus-$seed
    printf '{"imaging": {"defocusMicrometre": %s, "transferCorrection": "none"}}' $defocus \
      >"$out/$defocus.json"
    $bilayer simulate --seed $seed --leaflet-cnr 0.5 --options "$out/$defocus.json" \
      --output "$folder/phantom" --quiet --resume
    tomogram=$folder/phantom/tomogram.mrc
    $bilayer prepare "$tomogram" --defocus $defocus --output "$folder/undone.mrc" --quiet --force
    $bilayer prepare "$tomogram" --match "$out/flipped-$seed/tomogram.mrc" \
      --output "$folder/matched.mrc" --quiet --force
    for kind in plain undone matched; do
      input=$folder/$kind.mrc
      [ $kind != plain ] || input=$tomogram
      $bilayer segment "$input" --output "$folder/$kind" --no-tracing --quiet --force
      $bilayer evaluate "$folder/$kind" "$folder/phantom" >"$folder/$kind.txt"
      row "$kind-$defocus-$seed" "$folder/$kind.txt"
    done
  done
done
