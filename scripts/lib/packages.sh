# shellcheck shell=bash
# Debian packages on demand: `install_packages NAME...`. To be sourced; needs nothing else.

# Runs a command as root: directly when we are root, through sudo otherwise.
run_as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    echo "needs root or sudo for: $*" >&2
    return 1
  fi
}

# Prints those of the given packages that are not installed, one per line.
missing_packages() {
  local name
  for name in "$@"; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
}

# Keeps packages from starting their services while they are installed (policy-rc.d(8): 101 = action forbidden).
# Prints the guard's path if it was put up here, nothing if somebody else already had one.
raise_service_guard() {
  local guard=/usr/sbin/policy-rc.d
  [ -e "$guard" ] && return 0
  run_as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$guard && chmod 755 $guard" && echo "$guard"
}

# One attempt at installing; everything apt says goes to the log.
apt_install() {
  local log=$1
  shift
  run_as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$log" 2>&1
}

# Installs the given Debian packages unless they are there already.
# Reads the package lists only if apt does not know one of them or the first attempt failed; retries once.
install_packages() {
  local -a missing
  local log guard result=0
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} = 0 ] && return 0
  command -v apt-get >/dev/null || { echo "cannot install ${missing[*]}: no apt-get here" >&2; return 1; }
  log=$(mktemp "${TMPDIR:-/tmp}/farfield-packages.XXXXXX")
  echo "installing Debian packages: ${missing[*]} (log: $log)"
  guard=$(raise_service_guard)
  if ! apt-cache show "${missing[@]}" >/dev/null 2>&1 || ! apt_install "$log" "${missing[@]}"; then
    echo "reading the package lists (apt-get update), then installing"
    run_as_root apt-get update </dev/null >>"$log" 2>&1 || true
    apt_install "$log" "${missing[@]}" || result=1
  fi
  [ -n "$guard" ] && run_as_root rm -f "$guard"
  if [ $result = 0 ]; then
    rm -f "$log"
  else
    echo "apt-get failed; the end of $log:" >&2
    tail -n 15 "$log" >&2
  fi
  return $result
}

# Takes one program out of a Debian package without installing it: `fetch_program PACKAGE PATH TARGET`.
fetch_program() {
  local package=$1 path=$2 target=$3 folder
  [ -x "$target" ] && return 0
  folder=$(mktemp -d)
  chmod 755 "$folder"
  (cd "$folder" && apt-get -qq -o APT::Sandbox::User=root download "$package" >/dev/null && dpkg-deb -x ./*.deb .)
  mkdir -p "$(dirname "$target")"
  install -m 755 "$folder/$path" "$target"
  rm -rf "$folder"
}
