# shellcheck shell=bash
# shellcheck disable=SC2154 # what is not assigned here is set in cluster-settings.sh
# The people of the test cluster (ordinary system users, shared by all instances) and the keys they log in with.

create_users() {
  local name
  for name in "${researchers[@]}"; do
    id "$name" >/dev/null 2>&1 && continue
    say "creating user $name"
    # '*' and not '!': with UsePAM no, sshd takes '!' for a locked account and refuses keys as well.
    useradd --create-home --shell /bin/bash --password '*' "$name" 8>&- 9>&-
    chmod 750 "/home/$name"
  done
}

# Host keys of both sites, one client key for all users, one of their own for each, an authority whose certificates let
# users in, and the known_hosts file for the client.
create_keys() {
  local site name
  install -d -m 755 "$state/ssh" "$state/sshd" "$state/sshd/authorized_keys"
  for site in a b; do
    [ -f "$state/sshd/host_$site" ] ||
      ssh-keygen -q -t ed25519 -N '' -C "farfield test site $site" -f "$state/sshd/host_$site"
  done
  [ -f "$state/ssh/id_ed25519" ] ||
    ssh-keygen -q -t ed25519 -N '' -C 'farfield test cluster' -f "$state/ssh/id_ed25519"
  for name in "${researchers[@]}"; do
    [ -f "$state/ssh/id_$name" ] || ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$state/ssh/id_$name"
    cat "$state/ssh/id_ed25519.pub" "$state/ssh/id_$name.pub" >"$state/sshd/authorized_keys/$name"
    chmod 644 "$state/sshd/authorized_keys/$name"
  done
  [ -f "$state/ssh/user_ca" ] || ssh-keygen -q -t ed25519 -N '' -C 'farfield test users' -f "$state/ssh/user_ca"
  install -m 644 "$state/ssh/user_ca.pub" "$state/sshd/user_ca.pub"
  chown "${SUDO_UID:-0}:${SUDO_GID:-0}" "$state"/ssh/id_* "$state"/ssh/user_ca*
  for site in a b; do
    echo "[127.0.0.1]:${ssh_port[$site]} $(cut -d' ' -f1,2 "$state/sshd/host_$site.pub")"
  done >"$state/ssh/known_hosts"
}
