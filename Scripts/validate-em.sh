#!/bin/sh
# Scores a model on FIB-SEM of neuropil, resin instead of ice: ROC-AUC of the probability against the
# boundaries between cells, with the AUC of the data set's own membrane probability beside it.
#
#   Scripts/validate-em.sh [FOLDER] [MODEL]
#
# Needs ../shared/data/em. Voxels are taken as 10 Å, so that a membrane is as many voxels thick as the
# network expects.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
out=${1:-validation/em}
model=${2:-volume}
data=../shared/data/em
[ -r $data/gala_train-image.h5 ] || { echo "validate: no $data: left out"; exit 0; }
sh Scripts/install-checks.sh >/dev/null
[ -d .peer/h5py ] || python3 -m pip install --quiet --root-user-action=ignore \
  --disable-pip-version-check --no-deps --target .peer h5py
mkdir -p "$out"
export PYTHONPATH=.python:.peer DATA=$data OUT=$out
python3 - <<'PYTHON'
import os
import h5py
import mrcfile
stack = h5py.File(os.environ["DATA"] + "/gala_train-image.h5")["stack"][:]
with mrcfile.new(os.environ["OUT"] + "/tomogram.mrc", overwrite=True) as file:
    file.set_data(stack.astype("float32"))
    file.voxel_size = 10
PYTHON
$bilayer predict "$out/tomogram.mrc" --output "$out/results" --model "$model" --quiet --force
python3 - <<'PYTHON'
import os
import h5py
import mrcfile
import numpy as np

data, out = os.environ["DATA"], os.environ["OUT"]
truth = h5py.File(data + "/gala_train-gt.lzf.h5")["stack"][:]
# A voxel is boundary where it has label 0 or a neighbour along an axis with another label.
boundary = truth == 0
for axis in range(3):
    differs = np.diff(truth, axis=axis) != 0
    lower, upper = [slice(None)] * 3, [slice(None)] * 3
    lower[axis], upper[axis] = slice(None, -1), slice(1, None)
    boundary[tuple(lower)] |= differs
    boundary[tuple(upper)] |= differs

def auc(score):
    order = np.argsort(score, axis=None, kind="stable")
    values = score.ravel()[order]
    ranks = np.empty(values.size)
    # Equal scores share their mean rank (Mann and Whitney's U).
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    ends = np.r_[starts[1:], values.size]
    ranks[order] = np.repeat((starts + ends - 1) / 2 + 1, ends - starts)
    positive = boundary.ravel()
    count = positive.sum()
    return (ranks[positive].sum() - count * (count + 1) / 2) / (count * (positive.size - count))

ours = mrcfile.read(out + "/results/probability.mrc").astype("float32")
image = mrcfile.read(out + "/tomogram.mrc")
theirs = h5py.File(data + "/gala_train-p1.lzf.h5")["stack"][:]
print(f"neuropil, boundaries {boundary.mean():.3f} of the voxels")
for name, score in [("bilayer", ours), ("grey value (dark)", -image), ("the data set's own", theirs)]:
    print(f"  ROC-AUC {name:20s} {auc(score):.3f}")
PYTHON
