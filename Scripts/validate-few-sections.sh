#!/bin/sh
# What a user gains from labelling five sections: the shipped network is trained on with five of the 128
# sections of another simulator's phantom, and scored on all of it, and on the same specimen under three
# times the noise.
#
#   Scripts/validate-few-sections.sh [FOLDER]
#
# Needs ../shared/data/sim.
set -eu
cd "$(dirname "$0")/.."
out=${1:-validation/few-sections}
data=../shared/data/sim
[ -r $data/polnet_s101_lbl.mrc.gz ] || { echo "validate: no $data: left out"; exit 0; }
sh Scripts/install-checks.sh >/dev/null
bilayer=${BILAYER:-.build/release/bilayer}
. Scripts/tables.sh
mkdir -p "$out"
PYTHONPATH=.python DATA=$data OUT=$out python3 - <<'PYTHON'
import os
import mrcfile
import numpy as np
truth = mrcfile.read(os.environ["DATA"] + "/polnet_s101_lbl.mrc.gz")
labels = np.zeros(truth.shape, "int16")
for section in (20, 44, 64, 84, 108):
    labels[section] = np.isin(truth[section], [1, 2, 3])
    labels[section][truth[section] == 30] = 2  # membrane proteins: count neither way
with mrcfile.new(os.environ["OUT"] + "/labels.mrc", overwrite=True) as file:
    file.set_data(labels)
    file.voxel_size = 10
PYTHON
printf '%s\tlabels.mrc\n' "$(pwd)/$data/polnet_s101_snr0.3.mrc" >"$out/pairs.tsv"
$bilayer train --pairs "$out/pairs.tsv" --sparse --ignore-label 2 --from Models/membrane.safetensors \
  --steps 150 --output "$out/mine.safetensors" --force --quiet
heading "another simulator, after five labelled sections"
score_polnet "$data" "$out/SNR-" "$out/mine.safetensors"
