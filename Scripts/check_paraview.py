"""Opens a result folder's surfaces in ParaView: VTP against PLY, and the glTF scene against both.

usage: pvpython check_paraview.py RESULTS SCENE.glb    (called by validate-curvature.sh)
"""
import glob
import sys

from paraview import simple

LIMIT_A = 0.01
ARRAYS = {"sd", "provenance", "mean_curvature_per_nm", "gaussian_curvature_per_nm2"}


def opened(path):
    source = simple.OpenDataFile(path)
    source.UpdatePipeline()
    return source, source.GetDataInformation()


def apart(one, other):
    return max(abs(a - b) for a, b in zip(one.GetBounds(), other.GetBounds()))


points = cells = 0
worst = 0.0
files = sorted(glob.glob(sys.argv[1] + "/surfaces/membrane_*.vtp"))
for path in files:
    (vtp, first), (_, second) = opened(path), opened(path[:-3] + "ply")
    names = {vtp.PointData[i].Name for i in range(vtp.PointData.GetNumberOfArrays())}
    assert ARRAYS <= names, (path, names)
    counts = first.GetNumberOfPoints(), first.GetNumberOfCells()
    assert counts == (second.GetNumberOfPoints(), second.GetNumberOfCells()), path
    worst = max(worst, apart(first, second))
    points, cells = points + counts[0], cells + counts[1]
_, scene = opened(sys.argv[2])
assert (scene.GetNumberOfPoints(), scene.GetNumberOfCells()) == (points, cells), "scene"
number = simple.GetParaViewVersion()
version = f"ParaView {number.major}.{number.minor}"
print(f"{version}: {len(files)} membranes as VTP, PLY and glTF, {points} points, {cells} triangles; "
      f"boxes of VTP and PLY {worst:.6f} Å apart")
if not worst <= LIMIT_A:
    sys.exit(f"boxes are {worst} Å apart, above {LIMIT_A}")
