"""Reads exported files with other people's readers and compares them with the surfaces.

usage: check_outputs.py FOLDER RESULTS TOMOGRAM    (called by validate-outputs.sh)
"""
import glob
import sys

import imodmodel
import mrcfile
import numpy as np
import starfile
import trimesh

LIMIT_A = 0.01
OFFSET_A = 25.0


def relion_matrices(rot, tilt, psi):
    """Euler_angles2matrix of RELION, for arrays of angles in degrees."""
    a, b, g = np.radians(rot), np.radians(tilt), np.radians(psi)
    ca, cb, cg, sa, sb, sg = (f(v) for f in (np.cos, np.sin) for v in (a, b, g))
    return np.array([
        [cg * cb * ca - sg * sa, cg * cb * sa + sg * ca, -cg * sb],
        [-sg * cb * ca - cg * sa, -sg * cb * sa + cg * ca, sg * sb],
        [sb * ca, sb * sa, cb]]).transpose(2, 0, 1)


def check(name, value, limit=LIMIT_A):
    print(f"{name:<52} {value:.6f}")
    if not value <= limit:
        sys.exit(f"{name} is {value}, above {limit}")


folder, results, tomogram = sys.argv[1:4]
with mrcfile.open(tomogram, header_only=True, permissive=True) as volume:
    voxel = np.array([volume.voxel_size[axis] for axis in "xyz"], float)
    origin = np.array([volume.header.origin[axis] for axis in "xyz"], float)
    start = np.array([volume.header["n" + axis + "start"] for axis in "xyz"], float)
    size = np.array([volume.header["n" + axis] for axis in "xyz"], float)
if not origin.any():
    origin = start * voxel
files = sorted(glob.glob(results + "/surfaces/membrane_*.ply"))
meshes = [trimesh.load(path, process=False) for path in files]

# GLB: a geometry a membrane, the same vertices and triangles in the same order.
scene = trimesh.load(folder + "/scene.glb", process=False)
parts = [scene.geometry[name] for name in sorted(scene.geometry)]
assert len(parts) == len(meshes), (len(parts), len(meshes))
check("trimesh, GLB: vertices, A", max(
    np.abs(p.vertices - m.vertices).max() for p, m in zip(parts, meshes)))
assert all((p.faces == m.faces).all() for p, m in zip(parts, meshes))

# IMOD: contours lie on the mesh and in the middle of a section.
model = imodmodel.read(folder + "/model.mod")
pixels = model[["x", "y", "z"]].to_numpy(float)
check("imodmodel: distance from a section, pixels", np.abs(pixels[:, 2] % 1).max(), 1e-6)
places = (pixels - [0.5, 0.5, 0]) * voxel + origin
worst = 0.0
for number, mesh in enumerate(meshes):
    mine = places[model["object_id"].to_numpy() == number]
    if len(mine):
        worst = max(worst, trimesh.proximity.closest_point(mesh, mine[::37])[1].max())
check("imodmodel: contours' distance from their mesh, A", worst)

# STAR: points less the offset along the reference's z axis lie on the mesh, normals agree.
tables = {}
for relion, prefix in ((5, "rlnCenteredCoordinate{}Angst"), (4, "rlnCoordinate{}")):
    table = starfile.read(f"{folder}/points{relion}.star")
    numbers = table[[prefix.format(axis) for axis in "XYZ"]].to_numpy(float)
    tables[relion] = (numbers + size / 2 * voxel if relion == 5 else numbers * voxel) + origin
    axes = relion_matrices(*(table["rlnAngle" + a].to_numpy(float)
                             for a in ("Rot", "Tilt", "Psi")))[:, :, 2]
check("starfile: RELION 4 against RELION 5, A", np.abs(tables[4] - tables[5]).max())
feet = tables[5] - OFFSET_A * axes
labels = table["bilayerMembrane"].to_numpy(int)
distance, angle, nearest = 0.0, 0.0, np.inf
for path, mesh in zip(files, meshes):
    mine = labels == int(path.rsplit("_", 1)[1].removesuffix(".ply"))
    if not mine.any():
        continue
    found, far, triangle = trimesh.proximity.closest_point(mesh, feet[mine])
    distance = max(distance, far.max())
    cosine = (mesh.face_normals[triangle] * axes[mine]).sum(1)
    angle = max(angle, np.degrees(np.arccos(np.clip(np.median(cosine), -1, 1))))
    gaps = np.linalg.norm(feet[mine][:, None] - feet[mine][None], axis=2)
    same = axes[mine] @ axes[mine].T > 0
    np.fill_diagonal(same, False)
    nearest = min(nearest, gaps[same].min() if same.any() else np.inf)
check("starfile: points' distance from their mesh, A", distance)
check("starfile: median angle of z axis and facet, degrees", angle, 6)
check("starfile: spacing asked for less nearest neighbour, A", 60 - nearest)
print(f"{len(labels)} points on {len(meshes)} membranes")
