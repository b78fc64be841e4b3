#!/bin/sh
# Installs the neural-network engine: libtorch (from pip) and our plugin, compiled against it.
#
#   Scripts/install-engine.sh                 torch into .torch/, plugin beside it
#   Scripts/install-engine.sh --torch DIR     plugin only, for the torch in DIR (a folder holding
#                                             `include` and `lib`); TORCH_LIB=DIR/lib does the same
#   Scripts/install-engine.sh --into DIR      another folder than .torch
#
# Running it again does nothing where everything is in place.
set -eu

version=2.13.0
root=$(cd "$(dirname "$0")/.." && pwd)
into=$root/.torch
torch=
if [ -n "${TORCH_LIB:-}" ]; then torch=${TORCH_LIB%/}; torch=${torch%/lib}; fi

fail() { echo "install-engine: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case $1 in
    --torch) [ $# -ge 2 ] || fail "--torch needs a folder"; torch=${2%/}; torch=${torch%/lib}; shift 2 ;;
    --into) [ $# -ge 2 ] || fail "--into needs a folder"; into=$2; shift 2 ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) fail "unknown option $1; try --help" ;;
  esac
done
mkdir -p "$into"

# 1. torch
if [ -z "$torch" ]; then
  torch=$into/torch
  if ! grep -qs "__version__ = '$version" "$torch/version.py"; then
    command -v python3 >/dev/null || fail "python3 is needed to fetch torch: apt-get install python3-pip"
    python3 -m pip --version >/dev/null 2>&1 || fail "pip is needed to fetch torch: apt-get install python3-pip"
    echo "install-engine: fetching torch $version into $into (0.8 GB on disk)"
    python3 -m pip install --quiet --root-user-action=ignore --disable-pip-version-check \
      --no-deps --upgrade --target "$into" "torch==$version" ||
      fail "pip could not install torch $version. Is the package index reachable? Is 1 GB free in $into?
  Another torch (2.11 to 2.15) can be used: $0 --torch /path/to/site-packages/torch"
  fi
  # The CUDA build's CPU part needs two more libraries.
  if grep -qs 'libcupti' "$torch/lib/libtorch_cpu.so" && [ ! -d "$into/nvidia" ]; then
    python3 -m pip install --quiet --root-user-action=ignore --disable-pip-version-check \
      --no-deps --target "$into" nvidia-cuda-runtime nvidia-cuda-cupti ||
      fail "pip could not install nvidia-cuda-runtime and nvidia-cuda-cupti, which this torch needs"
  fi
fi
[ -r "$torch/lib/libtorch_cpu.so" ] || fail "no lib/libtorch_cpu.so in $torch; give the folder that holds include and lib"
[ -d "$torch/include/ATen" ] || fail "no include/ATen in $torch; torch's headers are needed to compile the plugin"

# 2. the plugin, keyed by torch's exact version and by our sources
found=$(sed -n "s/^__version__ = '\([0-9][0-9.]*\).*/\1/p" "$torch/version.py")
[ -n "$found" ] || fail "no version found in $torch/version.py"
sources=$root/Sources/Shims/CTorchLoader
plugin=$into/libctorch-$found.so
key=$(cat "$sources/include/ctorch.h" "$sources/plugin/ctorch.cpp" | sha256sum | cut -d ' ' -f 1)
if [ -r "$plugin" ] && [ "$(cat "$plugin.key" 2>/dev/null)" = "$key" ]; then
  echo "install-engine: torch $found is ready ($plugin)"
  exit 0
fi
compiler=${CXX:-}
if [ -z "$compiler" ]; then
  for candidate in g++ c++ clang++; do
    if command -v $candidate >/dev/null; then compiler=$candidate; break; fi
  done
fi
[ -n "$compiler" ] || fail "a C++20 compiler is needed to compile the plugin: apt-get install g++"
echo "install-engine: compiling the plugin for torch $found with $compiler"
$compiler -std=c++20 -O2 -fPIC -shared -Wall -Wextra -isystem "$torch/include" \
  -isystem "$torch/include/torch/csrc/api/include" \
  "$sources/plugin/ctorch.cpp" -o "$plugin.new" ||
  fail "the plugin did not compile against torch $found; 2.11 to 2.15 are known to work"
mv "$plugin.new" "$plugin"
echo "$key" >"$plugin.key"
echo "install-engine: torch $found is ready ($plugin)"
