#!/bin/sh
# Imports go one way: Core <- Formats, Engine <- Simulation, Stages, Evaluation <- Program.
# A folder may import the modules of its own layer's list and of those below; stages never each other.
set -eu
cd "$(dirname "$0")/.."
modules_under() { for d in "$@"; do [ -d "Sources/$d" ] && find "Sources/$d" -mindepth 1 -maxdepth 1 -type d; done | sed 's|.*/||; s|^[0-9]-||'; }
status=0
forbid() {
  folder=$1; shift
  [ -d "Sources/$folder" ] || return 0
  for name in "$@"; do
    if grep -rnE "^(public |package |internal |private |@_exported )*import $name\$" "Sources/$folder"; then
      echo "Sources/$folder must not import $name: imports go one way." >&2
      status=1
    fi
  done
}
formats=$(modules_under Formats)
engine=$(modules_under Engine)
stages=$(modules_under Stages)
program=$(modules_under Program)
forbid Core $formats $engine $stages $program Simulation Evaluation
forbid Formats $engine $stages $program Simulation Evaluation
forbid Engine $formats $stages $program Simulation Evaluation
for folder in Simulation Evaluation; do forbid $folder $stages $program; done
forbid Stages $program Simulation Evaluation
for stage in $stages; do
  folder=$(cd Sources && ls -d Stages/*-"$stage")
  for other in $stages; do [ "$other" = "$stage" ] || forbid "$folder" "$other"; done
done
exit $status
