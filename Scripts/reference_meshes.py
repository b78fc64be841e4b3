"""Fitted surfaces beside independent meshes of the same membrane (called by validate-real-surfaces.sh).

usage: reference_meshes.py draw MESH UNIT VOXEL HALF LABELS.mrc     the mesh as a label
       reference_meshes.py compare SURFACE.ply MESH UNIT X,Y,Z      how far they are from each other
       reference_meshes.py middle SURFACE.ply MESH UNIT X,Y,Z       how far it is from the middle of a closed shell

UNIT: Å a unit of MESH. VOXEL and HALF: edge and half thickness of the label, Å; the label's origin is the corner
of the mesh's box less 10 voxels, and is printed. X,Y,Z: where the surface's origin is in MESH's frame, Å.
"""
import sys

import mrcfile
import numpy as np
import pyvista
import trimesh
from scipy.spatial import cKDTree


def read(path, unit):
    mesh = pyvista.read(path).triangulate()
    mesh.points = np.asarray(mesh.points, dtype=np.float64) * unit
    return mesh


def corner(mesh, voxel):
    return np.asarray(mesh.points).min(axis=0) - 10 * voxel


def samples(mesh, apart):
    """Points on all triangles, no two rows of them farther apart than asked for."""
    corners = np.asarray(mesh.points)[mesh.regular_faces]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max()
    steps = max(int(np.ceil(longest / apart)), 1)
    shares = [(i / steps, j / steps) for i in range(steps + 1) for j in range(steps + 1 - i)]
    return np.concatenate(
        [s * corners[:, 0] + t * corners[:, 1] + (1 - s - t) * corners[:, 2] for s, t in shares])


def draw(path, unit, voxel, half, labels):
    mesh = read(path, unit)
    first = corner(mesh, voxel)
    size = np.ceil((np.asarray(mesh.points).max(axis=0) - first) / voxel).astype(int) + 11
    points = samples(mesh, voxel / 4)
    near = np.zeros(size[::-1], dtype=bool)
    reach = int(np.ceil(half / voxel)) + 1
    place = np.unique(np.round((points - first) / voxel).astype(int), axis=0)
    for z in range(-reach, reach + 1):
        for y in range(-reach, reach + 1):
            for x in range(-reach, reach + 1):
                near[place[:, 2] + z, place[:, 1] + y, place[:, 0] + x] = True
    voxels = np.argwhere(near)
    distance, _ = cKDTree(points).query(voxels[:, ::-1] * voxel + first, distance_upper_bound=half)
    volume = np.zeros(near.shape, dtype=np.int8)
    kept = voxels[np.isfinite(distance)]
    volume[kept[:, 0], kept[:, 1], kept[:, 2]] = 1
    with mrcfile.new(labels, overwrite=True) as file:
        file.set_data(volume)
        file.voxel_size = voxel
    print(",".join(f"{value:.3f}" for value in first))


def away(points, mesh):
    cloud = pyvista.PolyData(points)
    return np.abs(cloud.compute_implicit_distance(mesh)["implicit_distance"])


def moved(surface, origin):
    mesh = pyvista.read(surface)
    mesh.points = np.asarray(mesh.points, dtype=np.float64) + [float(v) for v in origin.split(",")]
    return mesh


def table(rows):
    print("| | median, Å | 95 %, Å | RMS, Å |\n|---|---|---|---|")
    for name, distance in rows:
        low, high = np.percentile(distance, [50, 95])
        print(f"| {name} | {low:.1f} | {high:.1f} | {np.sqrt(np.mean(distance ** 2)):.1f} |")


def compare(surface, path, unit, origin):
    ours, theirs = moved(surface, origin), read(path, unit)
    table([("ours to theirs", away(ours.points, theirs)), ("theirs to ours", away(theirs.points, ours))])
    print(f"\narea: {ours.area / 100:.0f} nm2, theirs {theirs.area / 100:.0f}")


def middle(surface, path, unit, origin):
    """Along both normals to the shell: half the difference is the surface's offset from the middle."""
    ours, shell = moved(surface, origin).compute_normals(split_vertices=False), read(path, unit)
    rays = trimesh.Trimesh(np.asarray(shell.points), shell.regular_faces, process=False).ray
    places, normals = np.asarray(ours.points), np.asarray(ours.point_data["Normals"])
    ways = []
    for sign in (1, -1):
        way = np.full(len(places), np.inf)
        hits, ray, _ = rays.intersects_location(places, sign * normals)
        np.minimum.at(way, ray, np.linalg.norm(hits - places[ray], axis=1))
        ways.append(way)
    whole = np.isfinite(ways[0]) & np.isfinite(ways[1])
    # Beyond a rim a ray meets the shell far away or never.
    across = ways[0] + ways[1]
    known = across < 3 * np.median(across[whole])
    offset, across = (ways[0][known] - ways[1][known]) / 2, across[known]
    table([("from the middle", np.abs(offset))])
    print(f"\nmean offset {offset.mean():.2f} Å of {known.sum()} of {len(places)} vertices; shell {np.median(across):.1f} Å "
          f"thick; area {ours.area / 100:.0f} nm2, half of the shell's {shell.area / 200:.0f}")


if sys.argv[1] == "draw":
    draw(sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]), sys.argv[6])
else:
    {"compare": compare, "middle": middle}[sys.argv[1]](sys.argv[2], sys.argv[3], float(sys.argv[4]), sys.argv[5])
