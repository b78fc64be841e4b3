#!/bin/sh
# Areas, volumes, curvatures and the choice of a simple shape on surfaces known by formula, drawn as labels
# and then fitted and measured as any membrane: errors by radius in voxels, orders of convergence, confusions.
#
#   Scripts/validate-analytic.sh [REPEATS [INSTANCES]]
#
# REPEATS: places and orientations that a figure is the root mean square of (default 3); INSTANCES: surfaces a
# row of the table of confusions (default 20).
set -eu
cd "$(dirname "$0")/.."
${SWIFT:-swift} build -c release --product bilayer-bench >&2
.build/release/bilayer-bench analytic "$@"
