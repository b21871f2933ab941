# shellcheck shell=bash
# shellcheck disable=SC2154 # what is not assigned here is set in cluster-settings.sh
# One site's Slurm: controller (slurmctld) and simulated nodes (slurmd -N).

controller_pid_file() { echo "$state/$1/run/slurmctld.pid"; }
node_pid_file() { echo "$state/$1/run/slurmd.$2.pid"; }

controller_answers() {
  is_alive "$(controller_pid_file "$1")" slurmctld &&
    SLURM_CONF=$(slurm_conf "$1") timeout 5 scontrol ping | grep UP >/dev/null # not -q: it would break the pipe
}

start_controller() {
  local site=$1
  keep_running "$(controller_pid_file "$site")" slurmctld && return 0
  say "starting slurmctld of site $site on 127.0.0.1:${controller_port[$site]}"
  launch "$state/log/slurmctld_$site.log" "$(slurm_conf "$site")" slurmctld ||
    die "slurmctld does not start, see $state/log/slurmctld_$site.log and $state/$site/log/slurmctld.log"
  wait_for 20 controller_answers "$site" || die "slurmctld does not answer, see $state/$site/log/slurmctld.log"
}

start_node() {
  local site=$1 node=$2
  keep_running "$(node_pid_file "$site" "$node")" slurmd && return 0
  say "starting slurmd of node $node"
  mkdir -p "$state/$site/spool/$node"
  launch "$state/log/slurmd_$node.log" "$(slurm_conf "$site")" slurmd -N "$node" ||
    die "slurmd $node does not start, see $state/log/slurmd_$node.log and $state/$site/log/slurmd.$node.log"
}

# "NODE STATE" of each node of a site, one per line.
node_states() {
  SLURM_CONF=$(slurm_conf "$1") timeout 5 sinfo --noheader --Node --format='%N %T' 2>/dev/null | sort -u
}

# Whether the list on standard input shows every node of a site at work.
all_ready() { [ "$(grep -Ec ' (idle|mixed|allocated|completing)$')" = ${#node_kinds[@]} ]; }

nodes_ready() { node_states "$1" | all_ready; }

start_site_slurm() {
  local site=$1 kind
  start_controller "$site"
  for kind in "${node_kinds[@]}"; do start_node "$site" "$(node_name "$site" "$kind")"; done
  wait_for 3 nodes_ready "$site" && return 0
  # Nodes that were drained or set down by hand or by a failed job come back only when told.
  for kind in "${node_kinds[@]}"; do
    SLURM_CONF=$(slurm_conf "$site") scontrol update "NodeName=$(node_name "$site" "$kind")" State=RESUME \
      >/dev/null 2>&1 || true
  done
  wait_for 30 nodes_ready "$site" || die "not all nodes of site $site are up: $(node_states "$site" | tr '\n' ' ')"
}

# The pid files of a site's slurmds, whatever the nodes are called.
node_pid_files() { find "$state/$1/run" -maxdepth 1 -name 'slurmd.*.pid' 2>/dev/null; }

stop_site_slurm() {
  local site=$1 file
  local -a files pids=()
  mapfile -t files < <(node_pid_files "$site")
  stop_daemon "$(controller_pid_file "$site")" slurmctld
  for file in "${files[@]}"; do
    stop_daemon "$file" slurmd &
    pids+=($!)
  done
  [ ${#pids[@]} = 0 ] || wait "${pids[@]}"
}

# Cancels what still runs, so that no job outlives its cluster.
cancel_site_jobs() {
  local site=$1 name
  controller_answers "$site" || return 0
  for name in "${researchers[@]}"; do
    SLURM_CONF=$(slurm_conf "$site") timeout 30 scancel --user="$name" 2>/dev/null || true
  done
  wait_for 10 no_job_runs "$site" || true
}

no_job_runs() {
  local jobs
  jobs=$(SLURM_CONF=$(slurm_conf "$1") timeout 5 squeue --noheader --states=running,completing --format=%i) &&
    [ -z "$jobs" ]
}

remove_cgroups() {
  local site=$1 folder
  for folder in /sys/fs/cgroup/*/slurm_"$site$instance"-*; do
    [ ! -d "$folder" ] || find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
}
