#!/bin/sh
# Runs the whole pipeline on a simulated tomogram, scores it, and says where the report is.
#
#   Scripts/demo.sh [MODEL]     another model than the one shipped
set -eu
cd "$(dirname "$0")/.."
bilayer=.build/release/bilayer
model=${1:-Models/membrane.safetensors}
[ -x "$bilayer" ] || { echo "demo: build first: make build" >&2; exit 1; }
[ -r "$model" ] || { echo "demo: $model is missing: make model" >&2; exit 1; }

echo "demo: 1 of 3: a tomogram of membranes, 256 x 256 x 128 voxels of 10 Å, and its truth"
$bilayer simulate --output demo/phantom --seed 424242 --leaflet-cnr 0.9 --resume
echo "demo: 2 of 3: its membranes"
$bilayer segment demo/phantom/tomogram.mrc --output demo/results --model "$model" --resume
echo "demo: 3 of 3: how right they are"
$bilayer evaluate demo/results demo/phantom >demo/scores.txt
grep -E 'leaflet_cnr|nsd_1|thickness_ratio|surface_f1|recall_seen|recall_hidden|  pq ' demo/scores.txt
echo "demo: all scores: demo/scores.txt"
echo "demo: open this in a browser: $(pwd)/demo/results/report.html"
