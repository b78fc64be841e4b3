#!/bin/sh
# Installs the Python programs that tests compare our files with: mrcfile and numpy, into .python/.
#
#   Scripts/install-checks.sh                 into .python/ at the project's root
#   Scripts/install-checks.sh --into DIR      another folder; give it to the tests as BILAYER_PYTHON
#
# Running it again does nothing where everything is in place. The program itself needs none of it.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
into=$root/.python

fail() { echo "install-checks: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case $1 in
    --into) [ $# -ge 2 ] || fail "--into needs a folder"; into=$2; shift 2 ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) fail "unknown option $1; try --help" ;;
  esac
done
command -v python3 >/dev/null || fail "python3 is needed: apt-get install python3-pip"
if PYTHONPATH=$into python3 -c 'import mrcfile, numpy' 2>/dev/null; then
  echo "install-checks: mrcfile is ready ($into)"
  exit 0
fi
python3 -m pip --version >/dev/null 2>&1 || fail "pip is needed: apt-get install python3-pip"
mkdir -p "$into"
python3 -m pip install --quiet --root-user-action=ignore --disable-pip-version-check --upgrade \
  --target "$into" 'mrcfile>=1.5.4' numpy ||
  fail "pip could not install mrcfile and numpy. Is the package index reachable?"
echo "install-checks: mrcfile is ready ($into)"
