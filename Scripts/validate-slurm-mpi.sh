#!/bin/sh
# Trains on two ranks on two virtual nodes of this machine under Slurm, kills a rank, and signals the job
# as Slurm does before a time limit: each time the job goes back into the queue, and what comes
# out has the bytes of an undisturbed run. Two minutes. Needs root, and Debian's slurm-wlm, mpich and libmpich-dev.
#
#   Scripts/validate-slurm-mpi.sh [FOLDER]      FOLDER: default validation/slurm-mpi; replaced
set -eu
cd "$(dirname "$0")/.."
bilayer=$PWD/.build/release/bilayer
out=$(realpath -m "${1:-validation/slurm-mpi}")
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
for tool in slurmctld slurmd sbatch mpirun.mpich mpicc.mpich; do
  command -v $tool >/dev/null || { echo "validate: no $tool; install it first" >&2; exit 1; }
done
rm -rf "$out"
mkdir -p "$out"
MPICC=mpicc.mpich sh Scripts/install-mpi.sh --into "$out/plugin"
export CMPI="$out/plugin/libcmpi.so"

. Scripts/virtual-slurm.sh
start_slurm 2 6818 17010

$bilayer simulate --output "$out/data" --count 4 --size 64x64x64 --quiet
train="$bilayer train --mpi --data $out/data --network volume --patch 32 --batch 4 --steps 60"
train="$train --learning-rate 0.0003 --log-interval 1 --checkpoint-interval 10 --threads 1"
# The script of Docs/Cluster.md; ranks leave their process numbers.
cat >"$out/job.sh" <<X
#!/bin/bash
#SBATCH --nodes=2 --ntasks-per-node=1 --cpus-per-task=2 --time=01:00:00
#SBATCH --requeue --open-mode=append --signal=USR1@120 --output=$out/job.log
srun --mpi=pmi2 --kill-on-bad-exit=1 sh -c 'echo \$\$ >>$out/pids; exec "\$@"' rank \
  $train --resume --output $out/model
status=\$?
echo "ended with \$status" >>$out/endings
case \$status in
5 | 13[0-9] | 14[0-9])
  if [ "\${SLURM_RESTART_COUNT:-0}" -lt 20 ]; then scontrol requeue "\$SLURM_JOB_ID"; fi ;;
esac
exit \$status
X
start=$(date +%s)
job=$(sbatch --parsable "$out/job.sh")
wait_until() { # WORDS COMMAND...
  words=$1
  shift
  until "$@"; do
    [ $(($(date +%s) - start)) -lt 900 ] || { echo "validate: $words: not in 900 s" >&2; exit 1; }
    sleep 0.2
  done
}
step() { tail -1 "$out/model.tsv" 2>/dev/null | cut -f 1; }
beyond() { [ "$(step)" -gt "$1" ] 2>/dev/null; }
# Slurm holds a job that comes back for as long as credentials last (virtual-slurm.sh).
restarted() { [ "$(wc -l <"$out/pids")" -ge "$1" ]; }
finished() { [ -z "$(squeue -h -j "$job" 2>/dev/null)" ] || grep -q 'ended with 0' "$out/endings"; }
wait_until "ten steps" beyond 11
echo "a rank is killed at step $(step)"
kill -9 "$(tail -1 "$out/pids")"
wait_until "the first restart" restarted 4
wait_until "thirty steps" beyond 31
echo "the job is signalled at step $(step)"
scancel --signal=USR1 "$job"
wait_until "the second restart" restarted 6
wait_until "the end" finished
cat "$out/endings"
mpirun.mpich -n 2 $train --output "$out/undisturbed" --quiet
cmp "$out/undisturbed.tsv" "$out/model.tsv"
cmp "$out/undisturbed" "$out/model"
echo "the losses and the model of an undisturbed run, byte for byte, after" \
  "$(($(date +%s) - start)) s"
