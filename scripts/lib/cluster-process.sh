# shellcheck shell=bash
# shellcheck disable=SC2154 # what is not assigned here is set in cluster-settings.sh
# Starting and stopping the daemons of one instance. A process is ours only if its pid stands in one of our pid
# files, its name is the expected one and its environment or command line mentions the state folder.

say() { echo "cluster: $*"; }
die() { echo "cluster: $*" >&2; exit 1; }

# Repeats a command until it succeeds, at most so many seconds.
wait_for() {
  local deadline=$((SECONDS + $1 + 1))
  shift
  while ((SECONDS < deadline)); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  return 1
}

# The pid in a pid file if that process lives and is ours; fails otherwise.
living_pid() {
  local file=$1 name=$2 pid
  pid=$(cat "$file" 2>/dev/null) && [[ $pid =~ ^[0-9]+$ ]] || return 1
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$name" ] || return 1
  # Other users' environments are unreadable; then the name has to do (only `status` runs without root).
  if [ -r "/proc/$pid/environ" ]; then
    grep -qsF -- "$state/" "/proc/$pid/environ" "/proc/$pid/cmdline" || return 1
  fi
  [[ $(cat "/proc/$pid/stat" 2>/dev/null) != *") Z "* ]] && echo "$pid"
}

is_alive() { living_pid "$1" "$2" >/dev/null; }

# Like is_alive, and lets a frozen process go on: for those who want it to run.
keep_running() { signal_daemon CONT "$1" "$2"; }

# Whether daemons can be given a host name of their own, "localhost" (needs CAP_SYS_ADMIN). NoInAddrAny in slurm.conf(5)
# makes Slurm listen on the address of the host name only, so this keeps every port on loopback on any machine.
own_host_name() { unshare --uts true 2>/dev/null; }

slurm_host_name() { if own_host_name; then echo localhost; else uname -n | cut -d. -f1; fi; }

# Starts a daemon fully detached: own session, clean environment, no descriptor of ours or of whoever called us.
# Arguments: log file, SLURM_CONF, command...
launch() {
  local log=$1 configuration=$2 rename alone
  local -a prefix=(setsid)
  shift 2
  # shellcheck disable=SC2016 # expanded by the inner shell
  rename='echo localhost >/proc/sys/kernel/hostname; exec "$@"'
  # shellcheck disable=SC2016
  alone='for open in /proc/$$/fd/*; do n=${open##*/}; [ "$n" -le 2 ] || eval "exec $n>&-"; done; exec "$@"'
  if own_host_name; then prefix+=(unshare --uts sh -c "$rename" launch); fi
  prefix=(bash -c "$alone" launch "${prefix[@]}")
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    FARFIELD_CLUSTER="$state/" SLURM_CONF="$configuration" \
    "${prefix[@]}" "$@" </dev/null >>"$log" 2>&1 8>&- 9>&-
}

# A process of ours and, of sshd, the processes that serve its open connections (not what runs in them).
with_connections() {
  local pid=$1 name=$2 child
  echo "$pid"
  [ "$name" = sshd ] || return 0
  for child in $(pgrep --parent "$pid" --exact sshd); do with_connections "$child" sshd; done
}

# Sends a signal to a daemon of ours; fails if it does not run.
signal_daemon() {
  local signal=$1 file=$2 name=$3 pid
  local -a pids
  pid=$(living_pid "$file" "$name") || return 1
  mapfile -t pids < <(with_connections "$pid" "$name")
  kill -"$signal" "${pids[@]}" 2>/dev/null || true # a connection may just have ended
}

# Ends a process of ours: TERM (and CONT for a frozen one), KILL after ten seconds.
stop_daemon() {
  local file=$1 name=$2 pid
  if pid=$(living_pid "$file" "$name"); then
    local -a pids
    mapfile -t pids < <(with_connections "$pid" "$name")
    kill -TERM "${pids[@]}" 2>/dev/null || true
    kill -CONT "${pids[@]}" 2>/dev/null || true
    wait_for 10 process_gone "$pid" || kill -KILL "$pid" || true
    wait_for 5 process_gone "$pid" || true
  fi
  rm -f "$file"
}

process_gone() { [ ! -d "/proc/$1" ] || [[ $(cat "/proc/$1/stat" 2>/dev/null) == *") Z "* ]]; }

# Writes standard input to a file unless it holds just that; succeeds only if the file changed.
write_if_changed() {
  local file=$1 mode=$2 owner=$3 new
  new=$(mktemp "$file.XXXXXX")
  cat >"$new"
  if cmp -s "$new" "$file"; then
    rm -f "$new"
    return 1
  fi
  chown "$owner" "$new" && chmod "$mode" "$new" && mv "$new" "$file"
}
