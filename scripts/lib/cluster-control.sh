# shellcheck shell=bash
# shellcheck disable=SC2154 # what is not assigned here is set in cluster-settings.sh
# Single daemons by name (stop, start, freeze, thaw) and the status table.

# Prints "PROCESS PIDFILE" of a daemon: slurmdbd, or with a site slurmctld, sshd, slurmd:NODE.
locate_daemon() {
  local daemon=$1 site=$2 node
  case $daemon in
    slurmdbd) echo "slurmdbd $state/accounting/slurmdbd.pid" ;;
    slurmctld) echo "slurmctld $(controller_pid_file "$site")" ;;
    sshd) echo "sshd $(login_pid_file "$site")" ;;
    slurmd:*)
      node=$(full_node_name "$site" "${daemon#slurmd:}") || exit
      echo "slurmd $(node_pid_file "$site" "$node")"
      ;;
    *) die "unknown daemon '$daemon': slurmctld, slurmdbd, sshd or slurmd:NODE" ;;
  esac
}

# Nodes may be named in full (a-n1, a42000-n1) or by their last part (n1).
full_node_name() {
  local site=$1 name=$2 kind
  for kind in "${node_kinds[@]}"; do
    if [ "$name" = "$kind" ] || [ "$name" = "$(node_name "$site" "$kind")" ]; then
      node_name "$site" "$kind"
      return
    fi
  done
  die "site $site has no node '$name'"
}

start_daemon() {
  local daemon=$1 site=$2
  case $daemon in
    slurmdbd) start_accounting ;;
    slurmctld) start_controller "$site" ;;
    sshd) start_login "$site" ;;
    slurmd:*) start_node "$site" "$(full_node_name "$site" "${daemon#slurmd:}")" ;;
  esac
}

# Arguments: stop|start|freeze|thaw, daemon, site.
control_daemon() {
  local action=$1 daemon=$2 site=$3 location name file
  [ -e "$(slurm_conf "$site")" ] || die "site $site has not been brought up"
  location=$(locate_daemon "$daemon" "$site") || exit
  read -r name file <<<"$location"
  case $action in
    stop) stop_daemon "$file" "$name" ;;
    start) start_daemon "$daemon" "$site" ;;
    freeze) signal_daemon STOP "$file" "$name" || die "$daemon of site $site does not run" ;;
    thaw) signal_daemon CONT "$file" "$name" || die "$daemon of site $site does not run" ;;
  esac
}

# One line of the table; fails if the daemon is not up. Last argument: what else is to be said of its state.
status_line() {
  local title=$1 address=$2 name=$3 file=$4 remark=${5:-} pid word=up
  if ! pid=$(living_pid "$file" "$name"); then
    word=DOWN pid=-
  elif [[ $(cat "/proc/$pid/stat") == *") T "* ]]; then
    word=FROZEN
  fi
  printf '%-18s %-17s %-8s %s\n' "$title" "$address" "$pid" "$word${remark:+, $remark}"
  [ $word = up ]
}

node_status_lines() {
  local site=$1 kind node states condition port result=0
  states=$(node_states "$site" || true)
  for kind in "${node_kinds[@]}"; do
    node=$(node_name "$site" "$kind")
    port=$((${node_port[$site]} + $(node_port_offset "$kind")))
    condition=$(awk -v node="$node" '$1 == node { print $2; exit }' <<<"$states")
    status_line "slurmd $node" "127.0.0.1:$port" slurmd "$(node_pid_file "$site" "$node")" \
      "${condition:-unknown to slurmctld}" || result=1
  done
  all_ready <<<"$states" && return $result
}

node_port_offset() { case $1 in g1) echo 11 ;; *) echo "${1#n}" ;; esac }

# Prints the table; succeeds only if everything that was brought up runs.
print_status() {
  local site result=0
  [ -n "$(known_sites)" ] || { say "nothing in $state"; return 1; }
  printf '%-18s %-17s %-8s %s\n' DAEMON ADDRESS PID STATE
  status_line munged "(socket)" munged "$state/munge/munged.pid" || result=1
  status_line MariaDB "127.0.0.1:$database_port" mariadbd "$state/database/mariadb.pid" || result=1
  status_line slurmdbd "127.0.0.1:$accounting_port" slurmdbd "$state/accounting/slurmdbd.pid" || result=1
  for site in $(known_sites); do
    status_line "slurmctld $site" "127.0.0.1:${controller_port[$site]}" slurmctld "$(controller_pid_file "$site")" ||
      result=1
    node_status_lines "$site" || result=1
    status_line "sshd $site" "127.0.0.1:${ssh_port[$site]}" sshd "$(login_pid_file "$site")" || result=1
  done
  return $result
}
