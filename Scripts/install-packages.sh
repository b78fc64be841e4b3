#!/bin/sh
# Installs the Debian packages the build needs, and those named, or prints the one line that would.
set -eu
missing=""
for package in libfftw3-dev libsuitesparse-dev libopenblas0-serial zlib1g-dev libbz2-dev libssl-dev libtiff-dev pkg-config chromium \
  "$@"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
# The engine's plugin is compiled, and torch comes through pip: any of either will do.
command -v g++ >/dev/null 2>&1 || command -v clang++ >/dev/null 2>&1 || missing="$missing g++"
python3 -m pip --version >/dev/null 2>&1 || missing="$missing python3-pip"
[ -z "$missing" ] && exit 0
line="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
  apt-get update -qq && $line
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  sudo apt-get update -qq && sudo $line
else
  echo "Debian packages are missing. Run as root:  $line" >&2
  exit 1
fi
