#!/bin/sh
# Compiles the plugin through which one training, or one tomogram, is shared by many ranks, with the
# compiler of the MPI that this machine has. Nothing but --mpi needs it.
#
#   Scripts/install-mpi.sh                with mpicc, into .mpi
#   MPICC=cc Scripts/install-mpi.sh       with another compiler, as on a Cray
#   Scripts/install-mpi.sh --into DIR     another folder than .mpi
#
# Launch with the same MPI's mpirun or srun. Several plugins may be kept; CMPI=FILE names one.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
into=$root/.mpi
compiler=${MPICC:-mpicc}

fail() { echo "install-mpi: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case $1 in
    --into) [ $# -ge 2 ] || fail "--into needs a folder"; into=$2; shift 2 ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) fail "unknown option $1; try --help" ;;
  esac
done
command -v "$compiler" >/dev/null || fail "no $compiler here. Load the site's MPI (module load
  ...), name its compiler with MPICC=..., or on Debian: apt-get install libopenmpi-dev openmpi-bin"
mkdir -p "$into"
plugin=$into/libcmpi.so
"$compiler" -O2 -std=c11 -shared -fPIC -Wall -Wextra \
  "$root/Sources/Shims/CMPILoader/plugin/cmpi.c" -o "$plugin.new" ||
  fail "$compiler could not compile the plugin; it needs mpi.h of MPI 3 or newer"
mv "$plugin.new" "$plugin"
echo "install-mpi: $plugin is ready (by $compiler)"
