#!/bin/sh
# Surfaces of real segmentations, and beside independent meshes of the same membranes.
#
#   Scripts/validate-real-surfaces.sh [FOLDER]
#
# Fits and measures the labels of ../shared/data/seg as they are, prints a row a membrane, and leaves reports in
# FOLDER (default: a temporary one). A phagophore's rim (a mesh without a volume) is drawn as a label and found again;
# a thylakoid's surface is compared with the middle of a closed shell that others made of the same label. PYTHON: one
# that has numpy, scipy, mrcfile, trimesh, rtree and pyvista (default: a virtual environment made for this run).
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
[ -x "$bilayer" ] || { echo "validate-real-surfaces: build first: make build" >&2; exit 1; }
data=../shared/data
[ -r $data/seg/thylakoid_T1S1M1.mrc.gz ] || { echo "validate-real-surfaces: no $data" >&2; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "${PYTHON:-}" ]; then
  python3 -m venv "$work/checks"
  PYTHON=$work/checks/bin/python
  "$PYTHON" -m pip install --quiet --disable-pip-version-check numpy scipy mrcfile trimesh rtree pyvista
fi
out=${1:-$work/out}
mkdir -p "$out"

# surfaces NAME LABELS [OPTIONS]: fit, measure and report into $out/NAME
surfaces() {
  name=$1 labels=$2
  shift 2
  for stage in fit measure; do
    $bilayer $stage --instances "$labels" --output "$out/$name" --quiet --resume "$@"
  done
  $bilayer report "$out/$name" --quiet --force
}

surfaces mitochondrion $data/seg/mito_TE1_lbl.mrc.gz
surfaces autophagosome $data/seg/AP_middle_labels.mrc.gz
surfaces vacuole-contact $data/seg/vacuole_contact_labels.mrc.gz
surfaces thylakoid $data/seg/thylakoid_T1S1M1.mrc.gz
surfaces vesicle $data/seg/t74_vesicle3_bin6.Labels.mrc --pixel-size 10
corner=$("$PYTHON" Scripts/reference_meshes.py draw $data/mesh/rim_reference_mesh.vtp 10 10 20 "$out/rim.mrc")
surfaces rim "$out/rim.mrc"

echo "| label | class | closed | area, nm2 | label thickness, Å | root mean square curvature, 1/µm | genus | simple shape |"
echo "|---|---|---|---|---|---|---|---|"
for name in mitochondrion autophagosome vacuole-contact thylakoid vesicle rim; do
  "$PYTHON" - "$out/$name" "$name" <<'PY'
import csv, sys

def rows(name):
    with open(f"{sys.argv[1]}/{name}.csv") as file:
        return list(csv.DictReader(file))

def told(text, digits, scale=1):
    return f"{float(text) * scale:.{digits}f}" if text else "—"

shapes = {row["label"]: row for row in rows("parametric")}
for row in rows("instances"):
    shape = shapes[row["label"]]
    print(f"| {sys.argv[2]} {row['label']} | {row['class']} | {row['closed']} | {told(row['area_nm2'], 0)} "
          f"| {told(row['label_thickness_A'], 1)} | {told(row['rms_curvature_per_nm'], 1, 1000)} "
          f"| {told(row['genus'], 0)} | {shape['model']} |")
PY
done
echo
echo "Phagophore's rim, drawn with 40 Å on voxels of 10 Å, and the mesh it was drawn from:"
echo
"$PYTHON" Scripts/reference_meshes.py compare "$out/rim/surfaces/membrane_0001.ply" \
  $data/mesh/rim_reference_mesh.vtp 10 "$corner"
echo
echo "Thylakoid, voxels of 13.68 Å, in the shell others made of the same label:"
echo
# The label is cropped: its first voxel is the 75th, 286th and 433rd of the volume that the mesh is of.
"$PYTHON" Scripts/reference_meshes.py middle "$out/thylakoid/surfaces/membrane_0001.ply" \
  $data/mesh/thylakoid_T1S1M1.obj 1 1026,3912.48,5923.44
