"""Curvatures, marching cubes and smoothing of the program beside VTK, trimesh and scikit-image.

usage: compare_surfaces.py BENCH FOLDER [SURFACES...]    (called by validate-curvature.sh)
SURFACES: fitted surfaces (.ply), compared without a truth.
"""
import subprocess
import sys
import time

import mrcfile
import numpy as np
import pyvista
import trimesh
from scipy.spatial import cKDTree
from skimage import measure

bench, folder, surfaces = sys.argv[1], sys.argv[2], sys.argv[3:]


def run(*arguments):
    """Runs the program's own function; its seconds by name."""
    text = subprocess.run([bench, *map(str, arguments)], check=True, capture_output=True, text=True)
    return {line.split()[0]: float(line.split()[1]) for line in text.stdout.splitlines()}


def ours(path, radius):
    seconds = run("curvature", path, radius, folder + "/curvature.csv")["curvature"]
    table = np.genfromtxt(folder + "/curvature.csv", delimiter=",", names=True)
    return table["mean"], table["gaussian"], seconds


def vtk(path):
    mesh = pyvista.read(path)
    start = time.perf_counter()
    mean, gaussian = np.array(mesh.curvature("mean")), np.array(mesh.curvature("gaussian"))
    return mean, gaussian, time.perf_counter() - start


def balls(mesh, points, radius):
    """trimesh's curvature measures in balls (Cohen-Steiner & Morvan), over the balls' own area."""
    tree = cKDTree(mesh.vertices)
    areas = np.zeros(len(mesh.vertices))
    for corner in range(3):
        np.add.at(areas, mesh.faces[:, corner], mesh.area_faces / 3)
    inside = np.array([areas[near].sum() for near in tree.query_ball_point(points, radius)])
    start = time.perf_counter()
    mean = trimesh.curvature.discrete_mean_curvature_measure(mesh, points, radius) / inside
    gaussian = trimesh.curvature.discrete_gaussian_curvature_measure(mesh, points, radius) / inside
    return mean, gaussian, time.perf_counter() - start


def smoothed(mesh, values, chosen, radius):
    """Values averaged with the weights of the program's own fit: area times a Gaussian."""
    tree = cKDTree(mesh.vertices)
    areas = np.zeros(len(mesh.vertices))
    for corner in range(3):
        np.add.at(areas, mesh.faces[:, corner], mesh.area_faces / 3)
    result = []
    for point in mesh.vertices[chosen]:
        near = tree.query_ball_point(point, radius)
        squares = ((mesh.vertices[near] - point) ** 2).sum(1)
        weights = areas[near] * np.exp(-2 * squares / radius**2)
        result.append((weights * values[near]).sum() / weights.sum())
    return np.array(result)


def error(found, truth):
    """Root mean square error in per cent of the truth's root mean square."""
    return 100 * np.sqrt(np.mean((found - truth) ** 2) / np.mean(truth**2))


def shapes():
    """Meshes with their true curvatures."""
    ball = trimesh.creation.icosphere(subdivisions=5, radius=200)
    yield "sphere 200 Å", ball, np.full(len(ball.vertices), 1 / 200), np.full(
        len(ball.vertices), 1 / 200**2)
    ring = trimesh.creation.torus(300, 100, major_sections=240, minor_sections=80)
    x, y, z = ring.vertices.T
    around = np.hypot(x, y)
    one, other = 1 / 100, (around - 300) / 100 / around
    yield "torus 300, 100 Å", ring, (one + other) / 2, one * other
    egg = trimesh.creation.icosphere(subdivisions=5, radius=1)
    axes = np.array([300.0, 220.0, 160.0])
    egg.apply_scale(axes)
    support = 1 / np.sqrt((egg.vertices**2 / axes**4).sum(1))
    gaussian = support**4 / np.prod(axes**2)
    mean = support**3 * ((axes**2).sum() - (egg.vertices**2).sum(1)) / (2 * np.prod(axes**2))
    yield "ellipsoid 300, 220, 160 Å", egg, mean, gaussian


def analytic():
    print("curvature against the truth: rms error in % of the truth's rms; seconds")
    print("| shape | vertices | reach Å | | program | VTK | trimesh |")
    print("|---|---|---|---|---|---|---|")
    for name, mesh, mean, gaussian in shapes():
        path = folder + "/shape.ply"
        mesh.export(path)
        radius = 4 * mesh.edges_unique_length.mean()
        mine, theirs = ours(path, radius), vtk(path)
        some = np.arange(0, len(mesh.vertices), max(len(mesh.vertices) // 2000, 1))
        third = balls(mesh, mesh.vertices[some], 0.83 * radius)
        head = f"| {name} | {len(mesh.vertices)} | {radius:.0f} |"
        for row, place, truth in (("mean", 0, mean), ("Gaussian", 1, gaussian)):
            print(f"{head} {row} | {error(mine[place], truth):.2f} | "
                  f"{error(theirs[place], truth):.2f} | {error(third[place], truth[some]):.2f} |")
        scale = len(mesh.vertices) / len(some)
        print(f"{head} seconds | {mine[2]:.2f} | {theirs[2]:.2f} | {third[2] * scale:.1f} |")


def fitted():
    print("\nfitted membranes, within 100 Å, without vertices nearer than that to a rim:")
    print("| surface | vertices | | correlation VTK | slope | median difference % | "
          "correlation trimesh | slope | median difference % |")
    print("|---|---|---|---|---|---|---|---|---|")
    for path in surfaces:
        mesh = trimesh.load(path, process=False)
        mine, theirs = ours(path, 100), vtk(path)
        rim = np.unique(mesh.edges[trimesh.grouping.group_rows(mesh.edges_sorted, 1)])
        inner = np.isfinite(mine[0])
        if len(rim):
            inner &= cKDTree(mesh.vertices[rim]).query(mesh.vertices)[0] > 100
        chosen = np.flatnonzero(inner)
        chosen = chosen[::max(len(chosen) // 2000, 1)]
        if len(chosen) < 100:
            continue
        third = balls(mesh, mesh.vertices[chosen], 83)
        for row, place in (("mean", 0), ("Gaussian", 1)):
            cells = []
            for other in (smoothed(mesh, theirs[place], chosen, 100), third[place]):
                value = mine[place][chosen]
                scale = np.sqrt(np.mean(value**2))
                cells += [f"{np.corrcoef(value, other)[0, 1]:.4f}",
                          f"{(value @ other) / (value @ value):.3f}",
                          f"{100 * np.median(np.abs(value - other)) / scale:.1f}"]
            name = "/".join(path.split("/")[-3:]).removesuffix(".ply")
            print(f"| {name} | {len(mesh.vertices)} | {row} | " + " | ".join(cells) + " |")


def isosurfaces():
    print("\nmarching cubes and smoothing")
    print("| volume | | program | scikit-image (surface), trimesh (smoothing) |")
    print("|---|---|---|---|")
    generator = np.random.default_rng(7)
    z, y, x = np.mgrid[0:160, 0:176, 0:192].astype(np.float32)
    field = 60 - np.sqrt((x - 70) ** 2 + (y - 80) ** 2 + (z - 80) ** 2)
    field = np.maximum(field, 40 - np.sqrt((x - 135) ** 2 + (y - 90) ** 2 + (z - 75) ** 2))
    for name, noise in (("two balls", 0), ("the same with noise", 0.5)):
        volume = field + noise * generator.standard_normal(field.shape).astype(np.float32)
        path = folder + "/field.mrc"
        with mrcfile.new(path, overwrite=True) as file:
            file.set_data(volume.astype(np.float32))
            file.voxel_size = 10
        seconds = run("isosurface", path, 0, 10, folder)
        mine = trimesh.load(folder + "/raw.obj", process=False, maintain_order=True)
        start = time.perf_counter()
        places, faces, _, _ = measure.marching_cubes(volume, 0, spacing=(10, 10, 10))
        theirs_seconds = time.perf_counter() - start
        theirs = trimesh.Trimesh(places[:, ::-1], faces, process=False)
        far = max(cKDTree(theirs.vertices).query(mine.vertices)[0].max(),
                  cKDTree(mine.vertices).query(theirs.vertices)[0].max())
        print(f"| {name} | vertices | {len(mine.vertices)} | {len(theirs.vertices)} |")
        print(f"| | triangles | {len(mine.faces)} | {len(theirs.faces)} |")
        print(f"| | area, 10⁶ Å² | {mine.area / 1e6:.5f} | {theirs.area / 1e6:.5f} |")
        print(f"| | Euler characteristic | {mine.euler_number} | {theirs.euler_number} |")
        print(f"| | closed | {mine.is_watertight} | {theirs.is_watertight} |")
        print(f"| | farthest vertex from the other's, Å | {far:.5f} | |")
        print(f"| | marching cubes, s | {seconds['marching-cubes']:.2f} | {theirs_seconds:.2f} |")
        start = time.perf_counter()
        same = mine.copy()
        trimesh.smoothing.filter_taubin(same, lamb=0.5, nu=1 / 1.9, iterations=20)
        taubin_seconds = time.perf_counter() - start
        smooth = trimesh.load(folder + "/smooth.obj", process=False, maintain_order=True)
        apart = np.linalg.norm(smooth.vertices - same.vertices, axis=1).max()
        print(f"| | smoothed vertices apart, Å | {apart:.5f} | |")
        print(f"| | smoothing, s | {seconds['smoothing']:.2f} | {taubin_seconds:.2f} |")


print(f"VTK {pyvista.vtk_version_info}, trimesh {trimesh.__version__}")
analytic()
if surfaces:
    fitted()
isosurfaces()
