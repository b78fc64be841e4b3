#!/bin/sh
# Times the network of a peer, MemBrain-seg, on one window of 160³ voxels, five times, with random
# weights on this machine's processor and our libtorch. Its plan is 64 evaluations a voxel: windows
# that overlap by half (8) times 8 mirrored copies.
#
#   Scripts/time-peer.sh [THREADS]
set -eu
cd "$(dirname "$0")/.."
into=.peer
if [ ! -d "$into/monai" ]; then
  python3 -m pip install --quiet --root-user-action=ignore --disable-pip-version-check --no-deps \
    --target "$into" monai==1.6.1 numpy typing_extensions sympy==1.13.3 mpmath==1.3.0 networkx jinja2 \
    markupsafe filelock fsspec
fi
OMP_NUM_THREADS=${1:-$(nproc)} PYTHONPATH=$into:.torch python3 - <<'PYTHON'
import time
import torch
from monai.networks.nets import DynUNet

# The arguments of SemanticSegmentationUnet in membrain-seg 0.0.10.
filters = [32, 64, 128, 256, 512, 1024]
network = DynUNet(
    spatial_dims=3, in_channels=1, out_channels=1, kernel_size=(3,) * 6,
    strides=(1, 2, 2, 2, 2, 2), upsample_kernel_size=(2,) * 5, filters=filters,
    res_block=True, deep_supervision=True, deep_supr_num=2).eval()
window = torch.randn(1, 1, 160, 160, 160)
with torch.no_grad():
    network(window)
    for run in range(5):
        start = time.perf_counter()
        network(window)
        seconds = time.perf_counter() - start
        print(f"window {run + 1}: {seconds:.2f} s, {160**3 / seconds / 64:.0f} voxels/s by its plan",
              flush=True)
PYTHON
