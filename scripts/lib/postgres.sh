# shellcheck shell=bash
# A private PostgreSQL in a folder of its own, on loopback only. Source this file; needs Debian's package `postgresql`.

postgres_programs() {
  local folder
  for folder in "${FARFIELD_POSTGRES_PROGRAMS:-}" /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin; do
    if [[ -n "$folder" && -x "$folder/pg_ctl" ]]; then
      printf '%s\n' "$folder"
      return 0
    fi
  done
  echo "postgres: pg_ctl not found; install the package postgresql" >&2
  return 1
}

# PostgreSQL refuses to run as root: there, its programs run as the package's own user, or nobody.
postgres_user() {
  if [[ "$(id -u)" -ne 0 ]]; then
    id -un
  elif id postgres >/dev/null 2>&1; then
    echo postgres
  else
    echo nobody
  fi
}

postgres_run() {
  if [[ "$(id -u)" -eq 0 ]]; then
    runuser -u "$(postgres_user)" -- "$@"
  else
    "$@"
  fi
}

# postgres_up FOLDER PORT [NAME=VALUE...]: makes the server if need be, starts it if it is down, waits until it answers.
# Settings after the port go to the server, for example fsync=off for one that only tests use.
# The connection URI is postgresql://farfield@127.0.0.1:PORT/postgres; whoever can reach loopback is trusted.
postgres_up() {
  local folder=$1 port=$2 programs setting
  shift 2
  programs=$(postgres_programs) || return 1
  local options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories="
  for setting in "$@"; do options+=" -c $setting"; done
  mkdir -p "$folder" || return 1
  if [[ "$(id -u)" -eq 0 ]]; then
    chown "$(postgres_user)" "$folder" || return 1
    # The server's user must be able to walk to its folder.
    if ! postgres_run test -x "$folder"; then
      echo "postgres: the user $(postgres_user) cannot reach $folder; choose a folder below /var/tmp" >&2
      return 1
    fi
  fi
  if [[ ! -s "$folder/data/PG_VERSION" ]]; then
    (cd / && postgres_run "$programs/initdb" --pgdata="$folder/data" --username=farfield --auth=trust \
      --encoding=UTF8 --locale=C --no-instructions >"$folder/initdb.log" 2>&1) || {
      echo "postgres: initdb failed, see $folder/initdb.log" >&2
      return 1
    }
  fi
  if ! (cd / && postgres_run "$programs/pg_ctl" --pgdata="$folder/data" status >/dev/null 2>&1); then
    (cd / && postgres_run "$programs/pg_ctl" --pgdata="$folder/data" --log="$folder/data/server.log" --wait \
      --timeout=60 --options="$options" start >/dev/null 2>&1) || {
      echo "postgres: the server did not start, see $folder/data/server.log" >&2
      return 1
    }
  fi
  "$programs/pg_isready" --quiet --host=127.0.0.1 --port="$port" --timeout=10 || {
    echo "postgres: the server in $folder does not answer on port $port" >&2
    return 1
  }
}

# postgres_down FOLDER: stops the server of that folder, if it runs; the data stay.
postgres_down() {
  local folder=$1 programs
  programs=$(postgres_programs) || return 1
  [[ -s "$folder/data/postmaster.pid" ]] || return 0
  (cd / && postgres_run "$programs/pg_ctl" --pgdata="$folder/data" --mode=fast --wait --timeout=60 stop >/dev/null 2>&1)
}
