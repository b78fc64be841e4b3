"""Scores the classes and lumina of Scripts/validate-classes.sh; not part of the program.

score-classes.py cut SCENE      writes SCENE/cut.mrc: labels without what the wedge hides of vesicles
score-classes.py score FOLDER   prints the tables of all scenes in FOLDER
"""

import collections
import csv
import json
import pathlib
import sys
import warnings

import mrcfile
import numpy as np

warnings.simplefilter("ignore")
CLASSES = ["vesicle", "large-closed", "tubule", "sheet", "nested-pair", "fragment"]
# Of less area in the volume, nobody could tell the class, nm2; fragments may be smaller.
LEAST_AREA = 1500
FRAGMENT_AREA = 5000


def instances(scene):
    return json.load(open(scene / "phantom/truth.json"))["instances"]


def labels(path):
    with mrcfile.open(path, permissive=True) as file:
        return np.array(file.data).astype(np.int32)


def true_class(row, rows, is_large):
    """The class of what was simulated; None where it cannot be told from the record."""
    kind, area = row["kind"], row["area_nm2"]
    kinds = {other["label"]: other["kind"] for other in rows}
    alone = "large-closed" if is_large else "vesicle"
    if kind in ("outer", "inner"):
        partner = row["label"] + (1 if kind == "outer" else -1)
        paired = kinds.get(partner) == ("inner" if kind == "outer" else "outer")
        return "nested-pair" if paired else alone
    if kind in ("vesicle", "open-vesicle"):
        return alone
    if kind in ("organelle", "cisterna"):
        return "large-closed"
    if kind in ("patch", "open-sheet"):
        return "fragment" if area < FRAGMENT_AREA else "sheet"
    return kind


def dilated(mask):
    out = mask.copy()
    for axis in range(3):
        for step in (1, -1):
            moved = np.roll(mask, step, axis)
            edge = [slice(None)] * 3
            edge[axis] = 0 if step == 1 else -1
            moved[tuple(edge)] = False
            out |= moved
    return out


def matches(truth, found):
    """Found label of each true one: IoU above 0.5 after growing both by a voxel."""
    pairs = {}
    for label in np.unique(truth)[1:]:
        own = truth == label
        near, counts = np.unique(found[own], return_counts=True)
        for other in near[np.argsort(-counts)][:2]:
            if other == 0:
                continue
            a, b = dilated(own), dilated(found == other)
            if (a & b).sum() > 0.5 * (a | b).sum():
                pairs[int(label)] = int(other)
    return pairs


def table(path):
    return {int(row["label"]): row for row in csv.DictReader(open(path))}


def enclosed(mask):
    """What a closed membrane encloses: what cannot be reached from the border of its box."""
    outside = np.zeros_like(mask)
    for axis in range(3):
        edge = [slice(None)] * 3
        for end in (0, -1):
            edge[axis] = end
            outside[tuple(edge)] = True
    outside &= ~mask
    while True:
        grown = dilated(outside) & ~mask
        if (grown == outside).all():
            return ~outside & ~mask
        outside = grown


def lumen_iou(scene, masks):
    """IoU of the lumen of each closed membrane that the volume holds whole."""
    rows = table(scene / masks / "instances.csv")
    truth, lumen = labels(scene / "phantom/labels.mrc"), labels(scene / masks / "lumen.mrc")
    taken = labels(scene / masks / "instances.mrc")
    inside = collections.defaultdict(set)
    for label, row in rows.items():
        walk = label
        while walk:
            inside[walk].add(label)
            walk = int(rows[walk]["parent"] or 0)
    scores = []
    for row in instances(scene):
        if not row["closed"]:
            continue
        own = truth == row["label"]
        place = np.argwhere(own)
        low, high = place.min(0) - 1, place.max(0) + 2
        if (low < 0).any() or (high > own.shape).any():
            continue
        box = tuple(slice(a, b) for a, b in zip(low, high))
        expected = enclosed(own[box]) & (truth[box] == 0)
        got = np.isin(lumen[box], list(inside[row["label"]])) & (taken[box] == 0)
        outside = np.isin(lumen, list(inside[row["label"]])).sum() - np.isin(
            lumen[box], list(inside[row["label"]])).sum()
        # Where caps were cut away their voxels are free: they count for neither.
        got &= truth[box] == 0
        union = (expected | got).sum() + outside
        if union:
            scores.append((scene.name, row["label"], row["kind"], (expected & got).sum() / union))
    return scores


def cut(scene):
    """Takes away what the wedge hides of vesicles, told by the direction from their middles."""
    target = scene / "cut.mrc"
    if target.exists():
        return
    with mrcfile.open(scene / "phantom/labels.mrc") as file:
        data, voxel = np.array(file.data), file.voxel_size.copy()
    for row in instances(scene):
        if row["kind"] != "vesicle" or not row["closed"]:
            continue
        place = np.argwhere(data == row["label"])
        away = np.abs(place - (place.min(0) + place.max(0)) / 2)
        hidden = place[away[:, 2] < away[:, 0] * np.tan(np.radians(30))]
        data[tuple(hidden.T)] = 0
    with mrcfile.new(target) as file:
        file.set_data(data)
        file.voxel_size = voxel


def confusion(scenes, masks):
    counts, misses, missing = collections.Counter(), [], 0
    for scene in scenes:
        result = scene / masks
        if not (result / "instances.csv").exists():
            continue
        rows, found = instances(scene), table(result / "instances.csv")
        if masks == "predicted":
            pairs = matches(labels(scene / "phantom/labels.mrc"), labels(result / "instances.mrc"))
        else:
            pairs = {row["label"]: row["label"] for row in rows}
        for row in rows:
            wanted = true_class(row, rows, scene.name.endswith("large"))
            if row["area_nm2"] < LEAST_AREA and wanted != "fragment":
                continue
            if pairs.get(row["label"]) not in found:
                missing += 1
                continue
            got = found[pairs[row["label"]]]["class"]
            counts[wanted, got] += 1
            if wanted != got:
                misses.append(f"{scene.name} {row['label']} {row['kind']} {wanted} -> {got}")
    return counts, misses, missing


def show(scenes, masks):
    counts, misses, missing = confusion(scenes, masks)
    total = sum(counts.values())
    if not total:
        return
    print(f"{masks} masks: {total} membranes, {missing} not found or without surface")
    print("simulated \\ found".ljust(18) + "".join(name.rjust(14) for name in CLASSES))
    shares = []
    for wanted in CLASSES:
        row = [counts[wanted, got] for got in CLASSES]
        every = sum(value for (first, _), value in counts.items() if first == wanted)
        print(wanted.ljust(18) + "".join(str(value).rjust(14) for value in row))
        if every:
            shares.append(counts[wanted, wanted] / every)
    print(f"balanced_accuracy {np.mean(shares):.3f}")
    print("\n".join(misses))


def main():
    folder = pathlib.Path(sys.argv[2])
    if sys.argv[1] == "cut":
        return cut(folder)
    scenes = sorted(path.parent for path in folder.glob("*/phantom"))
    for masks in ("true", "predicted"):
        show(scenes, masks)
    for masks in ("true", "cut"):
        whole = [scene for scene in scenes if (scene / masks / "lumen.mrc").exists()]
        scores = [score for scene in whole for score in lumen_iou(scene, masks)]
        if masks == "cut":
            scores = [score for score in scores if score[2] == "vesicle"]
        values = [score[3] for score in scores]
        if values:
            print(f"lumen, {masks}: {len(values)} membranes, IoU mean {np.mean(values):.4f}, "
                  f"least {min(values):.4f}, {sum(v >= 0.95 for v in values)} at 0.95 or more")
            print("\n".join(f"{s[0]} {s[1]} {s[2]} {s[3]:.3f}" for s in scores if s[3] < 0.95))


main()
