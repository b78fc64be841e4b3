#!/usr/bin/env python3
"""Makes masks whose right separation is known, for validate-separation.sh. Needs numpy, scipy, mrcfile.

  separation-masks.py grow LABELS STEPS FOLDER     every label grown by STEPS voxels, ties to the nearest
  separation-masks.py erase LABELS SEED FOLDER     30 % of every label cut out in bands of 15-40 nm
  separation-masks.py contact GAP_NM SEED FOLDER   two membranes, GAP_NM between their faces, 10 A voxels
  separation-masks.py nearest MASK OUTPUT          baseline of grouping: each part with its nearest one
  separation-masks.py perfect MASK LABELS OUTPUT   what no separation can better: each voxel the nearest label's

FOLDER gets mask.mrc (0, 1) and labels.mrc (the truth).
"""
import os
import sys

import mrcfile
import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

EVERY = np.ones((3, 3, 3))


def read(path):
    with mrcfile.open(path, permissive=True) as file:
        return file.data.astype(np.int32), float(file.voxel_size.x) or 14.0


def write(path, data, voxel):
    with mrcfile.new(path, overwrite=True) as file:
        file.set_data(data)
        file.voxel_size = voxel


def write_case(folder, labels, voxel):
    os.makedirs(folder, exist_ok=True)
    write(os.path.join(folder, "labels.mrc"), labels.astype(np.uint16), voxel)
    write(os.path.join(folder, "mask.mrc"), (labels > 0).astype(np.int8), voxel)


def grow(labels, steps):
    distance, place = ndimage.distance_transform_edt(labels == 0, return_indices=True)
    return np.where(distance <= steps, labels[tuple(place)], 0)


def erase(labels, voxel, random):
    """Cuts bands between parallel planes until 30 % of each label is gone."""
    result = labels.copy()
    for label in np.unique(labels)[1:]:
        places = np.argwhere(labels == label)
        kept = np.ones(len(places), bool)
        while kept.mean() > 0.7:
            normal = random.normal(size=3)
            heights = places @ (normal / np.linalg.norm(normal))
            middle = heights[random.choice(np.flatnonzero(kept))]
            cut = kept & (abs(heights - middle) > random.uniform(75, 200) / voxel)
            # A band that would take far more than is still to go is drawn again.
            if cut.mean() > 0.65 or random.random() < 0.02:
                kept = cut
        result[tuple(places[~kept].T)] = 0
    return result


def contact(gap_nm, random):
    """A ball beside, in or on another membrane 5 nm thick; the distance between faces is exact."""
    z, y, x = np.mgrid[0:96, 0:128, 0:128].astype(float)

    def ball(centre, radius):
        return np.sqrt((x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (z - centre[2]) ** 2) - radius

    centre = np.array([64, 64, 48]) + random.uniform(-3, 3, 3)
    normal = random.normal(size=3)
    normal /= np.linalg.norm(normal)
    radius, between = random.uniform(14, 22), gap_nm + 5
    first = ball(centre, radius)
    kind = random.integers(3)
    if kind == 0:
        other = random.uniform(14, 40)
        second = ball(centre + normal * (radius + between + other), other)
    elif kind == 1:
        plane = centre + normal * (radius + between)
        second = (x - plane[0]) * normal[0] + (y - plane[1]) * normal[1] + (z - plane[2]) * normal[2]
    else:
        other = radius + between + random.uniform(4, 15)
        second = ball(centre + normal * (radius + between - other), other)
    first, second = abs(first), abs(second)
    return np.where(np.minimum(first, second) <= 2.5, np.where(first < second, 1, 2), 0)


def nearest(mask):
    """Joins every part of 100 voxels and more with the part nearest to it."""
    parts, count = ndimage.label(mask, EVERY)
    voxels = np.bincount(parts.ravel())
    owner = np.arange(count + 1)

    def root(part):
        while owner[part] != part:
            part = owner[part]
        return part

    large = [part for part in range(1, count + 1) if voxels[part] >= 100]
    parts[~np.isin(parts, large)] = 0
    places = np.argwhere(parts)
    names = parts[tuple(places.T)]
    for part in large if len(large) > 1 else []:
        others = np.flatnonzero(names != part)
        tree = cKDTree(places[names == part])
        # What is nearest is no farther than the nearest of a few.
        few, _ = tree.query(places[others[::50]])
        distance, _ = tree.query(places[others], distance_upper_bound=few.min() + 1)
        other = names[others[np.argmin(distance)]]
        owner[max(root(part), root(other))] = min(root(part), root(other))
    numbers = {r: i + 1 for i, r in enumerate(sorted({root(part) for part in large}))}
    table = np.array([0] + [numbers.get(root(part), 0) for part in range(1, count + 1)])
    table[[part for part in range(1, count + 1) if voxels[part] < 100]] = 0
    return table[parts]


def perfect(mask, labels):
    """The nearest label of every voxel of the mask."""
    return np.where(mask, grow(labels, np.inf), 0)


def main():
    command = sys.argv[1]
    if command == "grow":
        labels, voxel = read(sys.argv[2])
        write_case(sys.argv[4], grow(labels, int(sys.argv[3])), voxel)
    elif command == "erase":
        labels, voxel = read(sys.argv[2])
        random = np.random.default_rng(int(sys.argv[3]))
        write_case(sys.argv[4], erase(labels, voxel, random), voxel)
    elif command == "contact":
        random = np.random.default_rng(int(sys.argv[3]))
        write_case(sys.argv[4], contact(float(sys.argv[2]), random), 10)
    elif command == "nearest":
        mask, voxel = read(sys.argv[2])
        write(sys.argv[3], nearest(mask > 0).astype(np.uint16), voxel)
    elif command == "perfect":
        mask, voxel = read(sys.argv[2])
        labels, _ = read(sys.argv[3])
        write(sys.argv[4], perfect(mask > 0, labels).astype(np.uint16), voxel)
    else:
        sys.exit(__doc__)


main()
