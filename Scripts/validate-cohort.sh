#!/bin/sh
# Error rates of the cohort report's test, through the program's own code: false positives where groups do
# not differ, power where they do, and how often the 95 % interval holds the truth.
#
#   Scripts/validate-cohort.sh [EXPERIMENTS]      experiments a cell (default: 2000); five minutes on two cores
set -eu
cd "$(dirname "$0")/.."
${SWIFT:-swift} build -c release --product bilayer-bench
.build/release/bilayer-bench cohort "${1:-2000}"
