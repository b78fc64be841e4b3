"""Prints the simulated scenes that belong to a family of worlds, or those that do not.

    scene-families.py FAMILY with|without SCENE...

SCENE: a folder that `bilayer simulate --randomise` has made.
"""
import json
import sys

FAMILIES = {
    "shape": lambda scene, imaging: scene["mitochondria"] > 0,
    "surrounding": lambda scene, imaging: scene["microtubules"] > 3,
    "filter": lambda scene, imaging: imaging["apodisation"] == "sirtLike",
    "noise": lambda scene, imaging: imaging["noiseBlurVoxels"] > 0,
}


def main():
    if len(sys.argv) < 4 or sys.argv[1] not in FAMILIES or sys.argv[2] not in ("with", "without"):
        sys.exit("usage: scene-families.py %s with|without SCENE..." % "|".join(FAMILIES))
    belongs, wanted = FAMILIES[sys.argv[1]], sys.argv[2] == "with"
    for folder in sys.argv[3:]:
        with open(folder + "/simulation.json") as file:
            options = json.load(file)
        if belongs(options["scene"], options["imaging"]) == wanted:
            print(folder)


if __name__ == "__main__":
    main()
