# shellcheck shell=bash
# shellcheck disable=SC2154 # what is not assigned here is set in cluster-settings.sh
# The files Slurm reads at one site: slurm.conf(5), gres.conf(5), cgroup.conf(5).

# Whether Slurm can make cgroups of version 1 here; without them OUT_OF_MEMORY is reported as FAILED 0:9.
cgroups_usable() {
  local probe=/sys/fs/cgroup/memory/farfield-probe.$$
  case ${FARFIELD_CLUSTER_CGROUPS:-auto} in
    yes) return 0 ;;
    no) return 1 ;;
  esac
  [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ] && [ -d /sys/fs/cgroup/freezer ] &&
    mkdir "$probe" 2>/dev/null && rmdir "$probe"
}

tracking_lines() {
  if cgroups_usable; then
    printf '%s\n' ProctrackType=proctrack/cgroup TaskPlugin=task/cgroup
  else
    printf '%s\n' ProctrackType=proctrack/linuxproc TaskPlugin=task/none JobAcctGatherParams=OverMemoryKill
  fi
}

# NoInAddrAny binds to the address of the host name. Where that is not 127.0.0.1, Slurm has to listen everywhere.
listens_on_loopback() {
  own_host_name || [ "$(getent ahostsv4 "$(uname -n)" | awk 'NR == 1 { print $1 }')" = 127.0.0.1 ]
}

communication_lines() {
  if listens_on_loopback; then
    echo CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
  fi
}

node_and_partition_lines() {
  local site=$1 host=$2 port=${node_port[$1]} gpu
  gpu=$(gpu_type "$site")
  local common="NodeHostname=$host NodeAddr=127.0.0.1 CPUs=16 RealMemory=64000 State=UNKNOWN"
  local name=$site$instance
  cat <<E
NodeName=$name-n[1-3] $common Port=[$((port + 1))-$((port + 3))]
NodeName=$name-g1 $common Port=$((port + 11)) Gres=gpu:$gpu:$(gpu_count "$site")
PartitionName=DEFAULT State=UP DefMemPerCPU=1000
PartitionName=normal Nodes=$name-n[1-2] Default=YES MaxTime=2-00:00:00 DefaultTime=01:00:00
PartitionName=development Nodes=$name-n3 MaxTime=02:00:00 DefaultTime=00:30:00
PartitionName=gpu-$gpu Nodes=$name-g1 MaxTime=2-00:00:00 DefaultTime=01:00:00
E
}

# Who listens where, under which name, with which files.
daemon_lines() {
  local site=$1 host=$2 folder=$state/$1
  cat <<E
ClusterName=site$site
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${controller_port[$site]}
SlurmUser=slurm
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$(munge_socket)
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/run/slurmctld.pid
SlurmdPidFile=$folder/run/slurmd.%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.%n.log
SlurmctldDebug=info
SlurmdDebug=info
$(communication_lines)
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
SwitchType=switch/none
E
}

# How jobs are chosen, preempted, timed out: short intervals, so that jobs start at once.
scheduling_lines() {
  local limits=ALL
  [ "$1" = a ] || limits=NO
  cat <<E
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
PriorityType=priority/multifactor
PriorityWeightFairshare=1000
PriorityWeightAge=100
PriorityWeightQOS=1000
PriorityDecayHalfLife=0
PriorityUsageResetPeriod=YEARLY
PriorityCalcPeriod=00:01:00
PreemptType=preempt/qos
PreemptMode=REQUEUE
PreemptExemptTime=0
JobRequeue=1
SlurmctldTimeout=30
SlurmdTimeout=20
InactiveLimit=0
KillWait=2
MinJobAge=$minimum_job_age
EnforcePartLimits=$limits
MaxJobCount=50000
MaxArraySize=10001
UnkillableStepTimeout=20
MessageTimeout=$message_timeout
Waittime=0
E
}

# AccountingStoragePass is, despite its name, the munge socket used towards slurmdbd.
accounting_lines() {
  cat <<E
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$accounting_port
AccountingStoragePass=$(munge_socket)
AccountingStorageEnforce=associations,limits,qos,safe
AccountingStorageTRES=gres/gpu,gres/gpu:a100,gres/gpu:h100
AccountingStoreFlags=job_comment
JobCompType=jobcomp/none
GresTypes=gpu
E
}

site_configuration() {
  local site=$1 host
  host=$(slurm_host_name)
  daemon_lines "$site" "$host"
  tracking_lines
  scheduling_lines "$site"
  accounting_lines
  node_and_partition_lines "$site" "$host"
}

cgroup_configuration() {
  cgroups_usable || { echo '# no cgroups'; return; }
  printf '%s\n' CgroupPlugin=cgroup/v1 CgroupMountpoint=/sys/fs/cgroup ConstrainRAMSpace=yes \
    ConstrainSwapSpace=yes AllowedSwapSpace=0 ConstrainCores=no ConstrainDevices=no
}

gpu_configuration() {
  local site=$1 last
  last=$(($(gpu_count "$site") - 1))
  echo "NodeName=$(node_name "$site" g1) Name=gpu Type=$(gpu_type "$site") File=$state/$site/dev/nvidia[0-$last]"
}

# Simulated GPUs: copies of /dev/null under another name; where none can be made, links to it.
create_gpu_devices() {
  local site=$1 number device
  install -d -m 755 "$state/$site/dev"
  for ((number = 0; number < $(gpu_count "$site"); number++)); do
    device=$state/$site/dev/nvidia$number
    [ -c "$device" ] || mknod -m 666 "$device" c 1 3 2>/dev/null || ln -s /dev/null "$device"
  done
}

# Writes a site's files. Its Slurm daemons are stopped if one changed, because not every option can be reread.
configure_site() {
  local site=$1 folder=$state/$1 changed=no
  install -d -o slurm -g slurm -m 755 "$folder" "$folder/state" "$folder/log" "$folder/run" "$folder/spool"
  install -d -m 755 "$folder/etc"
  create_gpu_devices "$site"
  if gpu_configuration "$site" | write_if_changed "$folder/etc/gres.conf" 644 root:root; then changed=yes; fi
  if cgroup_configuration | write_if_changed "$folder/etc/cgroup.conf" 644 root:root; then changed=yes; fi
  if site_configuration "$site" | write_if_changed "$folder/etc/slurm.conf" 644 root:root; then changed=yes; fi
  if [ $changed = yes ]; then stop_site_slurm "$site"; fi
}
