# Slurm on this machine alone, for scripts to read with `.`: nodes of two processors, without accounts
# and without authentication. Expects $out, an absolute folder; ends with the script.
#
#   start_slurm NODES CONTROL_PORT NODE_PORTS      node n1 listens at NODE_PORTS + 1, and so on
start_slurm() {
  mkdir -p "$out/slurm/state" "$out/slurm/log"
  for node in $(seq "$1"); do mkdir -p "$out/slurm/n$node"; done
  host=$(hostname -s)
  cat >"$out/slurm/slurm.conf" <<X
ClusterName=bilayer
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
AuthInfo=cred_expire=15
CredType=cred/none
SlurmctldPort=$2
StateSaveLocation=$out/slurm/state
SlurmdSpoolDir=$out/slurm/%n
SlurmctldPidFile=$out/slurm/slurmctld.pid
SlurmdPidFile=$out/slurm/%n.pid
SlurmctldLogFile=$out/slurm/log/slurmctld
SlurmdLogFile=$out/slurm/log/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SlurmdTimeout=20
KillWait=5
NodeName=n[1-$1] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$(($3 + 1))-$(($3 + $1))] CPUs=2 RealMemory=8000
PartitionName=main Nodes=n[1-$1] Default=YES MaxTime=INFINITE State=UP
X
  export SLURM_CONF="$out/slurm/slurm.conf"
  trap stop_slurm EXIT
  slurmctld
  for node in $(seq "$1"); do slurmd -N "n$node"; done
  for _ in $(seq 100); do
    [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = "$1" ] && break
    sleep 0.2
  done
}

stop_slurm() {
  scancel --user=root 2>/dev/null || true
  for file in "$out"/slurm/*.pid; do
    [ -r "$file" ] && kill "$(cat "$file")" 2>/dev/null || true
  done
}
