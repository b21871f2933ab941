# shellcheck shell=bash
# Building the gateway: packages and compiler. To be sourced after packages.sh.

# What the compiler and the binary need from Debian.
# shellcheck disable=SC2034 # used by the scripts that source this
build_packages=(libssh2-1-dev libpq-dev libcurl4-openssl-dev libssl-dev libp11-kit-dev libsqlite3-dev libxml2 pkg-config jq)

# Says what is being done, with the seconds since the script began.
step() { printf '[%3ds] %s\n' "$SECONDS" "$*"; }

require_swift() {
  command -v swift >/dev/null && return 0
  echo "Swift 6.3 is needed and not on the PATH; see https://www.swift.org/install/linux/" >&2
  return 1
}

# Runs a `swift` command with its output in a log, and tells every 15 seconds where it is.
# An import that Package.swift does not declare is an error.
swift_quietly() {
  local log=$1 action=$2 worker last=$SECONDS
  shift 2
  mkdir -p "$(dirname "$log")"
  swift "$action" --explicit-target-dependency-import-check error "$@" >"$log" 2>&1 </dev/null &
  worker=$!
  while kill -0 "$worker" 2>/dev/null; do
    sleep 0.5
    if [ $((SECONDS - last)) -ge 15 ]; then
      last=$SECONDS
      step "  $(tail -n 1 "$log" | cut -c 1-100)"
    fi
  done
  if wait "$worker"; then return 0; fi
  grep -E 'error' "$log" | sort -u | head -n 30 >&2
  echo "the whole log: $log" >&2
  return 1
}
