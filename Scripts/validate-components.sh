#!/bin/sh
# Times the connected components of a mask of 400 Mvoxel beside cc3d, both from the same file to a
# label volume and a table, by turns; and parting by faces. Prints Markdown rows.
#
#   Scripts/validate-components.sh [FOLDER]
#
# FOLDER: where the mask and results go, 3 GB (default: validation/components). Settings from the
# environment: PYTHON, with numpy, mrcfile and connected-components-3d (default: python3); REPEATS
# (default: 3).
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
out=${1:-validation/components}
python=${PYTHON:-python3}
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
mkdir -p "$out"
if [ ! -e "$out/large.mrc" ]; then
  echo '{"scene": {"vesicles": 6, "nestedPairs": 2, "contactVesicles": 5, "organelles": 1}}' \
    >"$out/crowded.json"
  $bilayer simulate --output "$out/scene" --seed 5001 --options "$out/crowded.json" --quiet --resume
  "$python" Scripts/tile-volume.py "$out/scene/labels.mrc" "$out/large.mrc" 4 4 3
fi

# Label, count and box each part, and write the labels: what `separate` does too.
cat >"$out/peer.py" <<'END'
import sys, cc3d, mrcfile
mask = mrcfile.open(sys.argv[1], permissive=True).data != 0
labels, count = cc3d.connected_components(mask, connectivity=26, return_N=True)
with open(sys.argv[2] + ".csv", "w") as table:
    statistics = cc3d.statistics(labels)
    for label in range(1, count + 1):
        print(label, statistics["voxel_counts"][label], statistics["bounding_boxes"][label], file=table)
with mrcfile.new(sys.argv[2], overwrite=True) as file:
    file.set_data(labels.astype("uint16"))
END

# Runs a command and prints its row: seconds and peak memory as the kernel counts them.
#   timed NAME COMMAND...
timed() {
  "$python" - "$@" <<'END'
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[2:], check=True)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"| {sys.argv[1]} | {seconds:.1f} | {peak:.0f} |")
END
}

echo '| program | seconds | peak MB |'
echo '|---|---|---|'
repeat=0
while [ $repeat -lt "${REPEATS:-3}" ]; do
  rm -rf "$out/result"
  timed cc3d "$python" "$out/peer.py" "$out/large.mrc" "$out/peer.mrc"
  timed "separate --method components" "$bilayer" separate --mask "$out/large.mrc" \
    --method components --minimum-voxels 0 --output "$out/result" --quiet
  repeat=$((repeat + 1))
done
rm -rf "$out/result"
timed "separate" "$bilayer" separate --mask "$out/large.mrc" --output "$out/result" --quiet
