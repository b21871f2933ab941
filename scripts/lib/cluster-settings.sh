# shellcheck shell=bash
# shellcheck disable=SC2034 # the names set here are read by the other pieces
# Where an instance of the test cluster keeps its state, and which ports, names and times it uses.

packages=(slurmctld slurmd slurmdbd slurm-client slurm-wlm-basic-plugins slurm-wlm-mysql-plugin
  munge mariadb-server openssh-server openssh-client charliecloud busybox-static procps)
researchers=(researcher1 researcher2 researcher3 gateway)
accounts=TG-BIO1,TG-GPU2,TG-SPENT

state=${FARFIELD_CLUSTER:-/var/tmp/farfield-cluster}
message_timeout=${FARFIELD_CLUSTER_MESSAGE_TIMEOUT:-20} # seconds; slurm.conf(5) MessageTimeout
minimum_job_age=${FARFIELD_CLUSTER_MIN_JOB_AGE:-300}    # seconds; slurm.conf(5) MinJobAge

# Slurm's step sockets ($state/a/spool/a42000-n1/a42000-n1_12345.4294967291) must fit into sockaddr_un (107 bytes).
longest_state=60

# Sets the port variables. Without a base: the ports one would guess; with a base: all within base..base+299.
choose_ports() {
  local base=${FARFIELD_CLUSTER_PORTS:-}
  if [ -z "$base" ]; then
    declare -gA ssh_port=([a]=2222 [b]=2223) controller_port=([a]=6817 [b]=6827) node_port=([a]=17000 [b]=17100)
    accounting_port=6819 database_port=33306 instance=
    return
  fi
  if [[ ! $base =~ ^[1-9][0-9]{3,4}$ ]] || ((base < 1024 || base > 65000)); then
    die "FARFIELD_CLUSTER_PORTS must be a number from 1024 to 65000, not '$base'"
  fi
  declare -gA ssh_port=([a]=$((base + 22)) [b]=$((base + 23)))
  declare -gA controller_port=([a]=$((base + 17)) [b]=$((base + 27)))
  declare -gA node_port=([a]=$((base + 100)) [b]=$((base + 200)))
  accounting_port=$((base + 19)) database_port=$((base + 33)) instance=$base
}

# Refuses state folders in which sockets could not be made or which would be dangerous to wipe.
check_state_folder() {
  [[ $state =~ ^/[A-Za-z0-9._/-]+$ ]] ||
    die "FARFIELD_CLUSTER must be an absolute path of letters, digits and . _ - /, not '$state'"
  [ ${#state} -le $longest_state ] || die "FARFIELD_CLUSTER is longer than $longest_state bytes: $state"
  [ ! -e "$state" ] || [ -e "$state/.farfield-cluster" ] || [ -z "$(ls -A "$state")" ] ||
    die "$state exists and is not a test cluster's folder"
}

# Node names carry the port base, because Slurm names its cgroups after the nodes.
node_name() { echo "$1$instance-$2"; } # site, n1..n3 or g1
node_kinds=(n1 n2 n3 g1)
gpu_type() { [ "$1" = a ] && echo a100 || echo h100; }
gpu_count() { [ "$1" = a ] && echo 3 || echo 2; }
slurm_conf() { echo "$state/$1/etc/slurm.conf"; }

# The sites this instance has been brought up with, as words.
known_sites() {
  if [ -e "$(slurm_conf b)" ]; then echo a b; elif [ -e "$(slurm_conf a)" ]; then echo a; fi
}
