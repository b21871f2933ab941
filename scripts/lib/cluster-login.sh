# shellcheck shell=bash
# shellcheck disable=SC2154 # what is not assigned here is set in cluster-settings.sh
# One sshd per site, at its default limits, and a container image for the jobs.

# sshd_config(5). StrictModes is off because it refuses keys below a world-writable folder such as /var/tmp.
login_configuration() {
  local site=$1
  cat <<E
ListenAddress 127.0.0.1
Port ${ssh_port[$site]}
HostKey $state/sshd/host_$site
PidFile $state/sshd/sshd_$site.pid
AuthorizedKeysFile $state/sshd/authorized_keys/%u
TrustedUserCAKeys $state/sshd/user_ca.pub
StrictModes no
AllowUsers ${researchers[*]}
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
UsePAM no
UseDNS no
MaxSessions 10
MaxStartups 10:30:100
SetEnv SLURM_CONF=$(slurm_conf "$site")
Subsystem sftp /usr/lib/openssh/sftp-server
E
}

login_pid_file() { echo "$state/sshd/sshd_$1.pid"; }

start_login() {
  local site=$1 file=$state/sshd/sshd_$1.conf
  if login_configuration "$site" | write_if_changed "$file" 644 root:root; then
    stop_daemon "$(login_pid_file "$site")" sshd
  fi
  keep_running "$(login_pid_file "$site")" sshd && return 0
  say "starting sshd of site $site on 127.0.0.1:${ssh_port[$site]}"
  install -d -m 755 /run/sshd # compiled into sshd
  launch "$state/log/sshd_$site.log" '' /usr/sbin/sshd -f "$file" -E "$state/log/sshd_$site.log" ||
    die "sshd of site $site does not start, see $state/log/sshd_$site.log"
  wait_for 5 is_alive "$(login_pid_file "$site")" sshd || die "sshd of site $site died, see $state/log/sshd_$site.log"
}

# A Charliecloud image as a folder: busybox and the mount points ch-run(1) needs.
create_image() {
  local image=$state/images/busybox new=$state/images/.new name
  [ -d "$image" ] && return 0
  say "creating the container image $image"
  rm -rf "$new"
  for name in bin dev etc home mnt proc root run sys tmp usr/bin var/tmp; do install -d -m 755 "$new/$name"; done
  install -m 755 "$(command -v busybox)" "$new/bin/busybox"
  for name in $("$new/bin/busybox" --list); do [ -e "$new/bin/$name" ] || ln -s busybox "$new/bin/$name"; done
  printf 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$new/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$new/etc/group"
  printf '127.0.0.1 localhost\n' >"$new/etc/hosts"
  printf 'ID=busybox\nPRETTY_NAME="busybox test image"\n' >"$new/etc/os-release"
  : >"$new/etc/resolv.conf"
  echo busybox >"$new/etc/hostname"
  mv "$new" "$image"
}
