#!/bin/sh
# Curvature, marching cubes and smoothing beside other programs' on the same meshes and volumes: VTK,
# trimesh and scikit-image; and do surfaces open in ParaView?
#
#   Scripts/validate-curvature.sh [RESULTS...]
#
# RESULTS: result folders whose surfaces are compared too; without any a tomogram is simulated, and where
# ../shared/data/seg is at hand a real thylakoid's and a mitochondrion's labels are fitted. PYTHON: one that
# has numpy, scipy, mrcfile, trimesh, rtree, pyvista and scikit-image (default: a virtual environment made for
# this run). pvpython (Debian's python3-paraview) is used where it is installed.
set -eu
cd "$(dirname "$0")/.."
bilayer=.build/release/bilayer
[ -x "$bilayer" ] || { echo "validate-curvature: build first: make build" >&2; exit 1; }
${SWIFT:-swift} build -c release --product bilayer-bench >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "${PYTHON:-}" ]; then
  python3 -m venv "$work/checks"
  PYTHON=$work/checks/bin/python
  "$PYTHON" -m pip install --quiet --disable-pip-version-check numpy scipy mrcfile trimesh rtree pyvista \
    scikit-image
fi
if [ $# -eq 0 ]; then
  $bilayer simulate --output "$work/phantom" --size 192x192x96 --seed 5001 --quiet
  $bilayer fit --instances "$work/phantom/labels.mrc" --output "$work/simulated" --quiet
  set -- "$work/simulated"
  for name in thylakoid_T1S1M1 mito_TE1_lbl; do
    labels=../shared/data/seg/$name.mrc.gz
    [ -r $labels ] || continue
    $bilayer fit --instances $labels --output "$work/$name" --quiet && set -- "$@" "$work/$name"
  done
fi
surfaces=$(for results in "$@"; do ls "$results"/surfaces/membrane_000[1-3].ply; done)
"$PYTHON" Scripts/compare_surfaces.py .build/release/bilayer-bench "$work" $surfaces
if command -v pvpython >/dev/null; then
  $bilayer export "$1" --glb "$work/scene.glb" --quiet
  echo
  pvpython Scripts/check_paraview.py "$1" "$work/scene.glb"
else
  echo "validate-curvature: no pvpython: ParaView was not asked" >&2
fi
