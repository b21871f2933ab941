# shellcheck shell=bash
# shellcheck disable=SC2154 # what is not assigned here is set in cluster-settings.sh
# What Slurm's accounting rests on: munge (authentication), MariaDB, slurmdbd, and the associations in it.

munge_socket() { echo "$state/munge/munge.sock"; }

munge_answers() { munge --socket="$(munge_socket)" --no-input | unmunge --socket="$(munge_socket)"; }

start_munge() {
  local folder=$state/munge
  keep_running "$folder/munged.pid" munged && return 0
  say "starting munged"
  install -d -o munge -g munge -m 755 "$folder"
  [ -f "$folder/munge.key" ] || {
    head -c 128 /dev/urandom >"$folder/munge.key"
    chown munge:munge "$folder/munge.key"
    chmod 400 "$folder/munge.key"
  }
  rm -f "$folder"/munge.sock*
  launch "$state/log/munged.log" '' runuser -u munge -- munged --num-threads=4 --socket="$folder/munge.sock" \
    --key-file="$folder/munge.key" --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" \
    --seed-file="$folder/munge.seed" || die "munged does not start, see $state/log/munged.log"
  wait_for 10 munge_answers || die "munged does not answer, see $folder/munged.log"
}

database_socket() { echo "$state/database/mariadb.sock"; }

database_answers() { mariadb-admin --no-defaults --socket="$(database_socket)" --user=root ping; }

create_database() {
  local folder=$state/database
  [ -e "$folder/complete" ] && return 0
  say "creating the accounting database"
  rm -rf "$folder"
  install -d -o mysql -g mysql -m 755 "$folder"
  mariadb-install-db --no-defaults --user=mysql --datadir="$folder/data" --auth-root-authentication-method=socket \
    --skip-test-db >"$state/log/database-create.log" 2>&1 8>&- 9>&- ||
    die "the database could not be created, see $state/log/database-create.log"
  (umask 077 && head -c 18 /dev/urandom | base64 | tr -d '/+=\n' >"$folder/password")
  touch "$folder/complete"
}

write_database_configuration() {
  write_if_changed "$state/database/my.cnf" 644 root:root <<E
[mysqld]
user=mysql
datadir=$state/database/data
socket=$state/database/mariadb.sock
pid-file=$state/database/mariadb.pid
bind-address=127.0.0.1
port=$database_port
log-error=$state/database/error.log
innodb_buffer_pool_size=256M
innodb_log_file_size=64M
innodb_lock_wait_timeout=900
innodb_flush_log_at_trx_commit=2
max_allowed_packet=16M
E
}

start_database() {
  local folder=$state/database password
  create_database
  if write_database_configuration; then stop_daemon "$folder/mariadb.pid" mariadbd; fi
  keep_running "$folder/mariadb.pid" mariadbd && return 0
  say "starting MariaDB on 127.0.0.1:$database_port"
  # mariadbd stays in the foreground, so setsid(1) has to fork.
  launch "$state/log/mariadb.log" '' setsid --fork mariadbd --defaults-file="$folder/my.cnf"
  wait_for 30 database_answers || die "MariaDB does not answer, see $folder/error.log"
  chmod 644 "$folder/mariadb.pid" # for `status` without root
  password=$(cat "$folder/password")
  mariadb --no-defaults --socket="$(database_socket)" --user=root <<E || die "MariaDB refused the set-up"
CREATE DATABASE IF NOT EXISTS slurm_acct_db;
CREATE USER IF NOT EXISTS 'slurm'@'127.0.0.1' IDENTIFIED BY '$password';
CREATE USER IF NOT EXISTS 'slurm'@'localhost' IDENTIFIED BY '$password';
GRANT ALL ON slurm_acct_db.* TO 'slurm'@'127.0.0.1';
GRANT ALL ON slurm_acct_db.* TO 'slurm'@'localhost';
E
}

# slurmdbd.conf(5); slurmdbd finds it beside the file SLURM_CONF names.
write_accounting_configuration() {
  write_if_changed "$state/accounting/slurmdbd.conf" 600 slurm:slurm <<E
AuthType=auth/munge
AuthInfo=socket=$(munge_socket)
DbdHost=$(slurm_host_name)
DbdAddr=127.0.0.1
DbdPort=$accounting_port
$(communication_lines)
SlurmUser=slurm
DebugLevel=info
LogFile=$state/accounting/slurmdbd.log
PidFile=$state/accounting/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$database_port
StorageUser=slurm
StoragePass=$(cat "$state/database/password")
StorageLoc=slurm_acct_db
E
}

accounting_answers() {
  is_alive "$state/accounting/slurmdbd.pid" slurmdbd &&
    SLURM_CONF=$(slurm_conf a) timeout 5 sacctmgr --noheader show cluster
}

start_accounting() {
  local folder=$state/accounting
  install -d -o slurm -g slurm -m 755 "$folder"
  if write_accounting_configuration; then stop_daemon "$folder/slurmdbd.pid" slurmdbd; fi
  keep_running "$folder/slurmdbd.pid" slurmdbd && return 0
  say "starting slurmdbd on port $accounting_port"
  launch "$state/log/slurmdbd.log" "$folder/slurm.conf" slurmdbd ||
    die "slurmdbd does not start, see $state/log/slurmdbd.log"
  wait_for 30 accounting_answers || die "slurmdbd does not answer, see $folder/slurmdbd.log"
}

# sacctmgr(1) in one site's configuration; exit code 1 means "nothing new".
account_manager() {
  SLURM_CONF=$(slurm_conf a) sacctmgr --immediate "$@" >>"$state/log/sacctmgr.log" 2>&1 || [ $? = 1 ]
}

# Quality of service levels, which all clusters of one slurmdbd share.
create_service_levels() {
  account_manager add qos scavenger,high,small
  account_manager modify qos scavenger set PreemptMode=cancel Priority=1
  account_manager modify qos high set Preempt=scavenger Priority=1000
  # Refuses the third job at submission, for tests of sbatch's refusals.
  account_manager modify qos small set MaxSubmitJobsPerUser=2 Flags=DenyOnLimit
}

# One site's cluster, accounts and users. Done once: the marker lies beside the site's configuration.
create_associations() {
  local cluster=site$1 marker=$state/$1/etc/associations people
  [ -e "$marker" ] && return 0
  say "creating accounts and users of $cluster"
  create_service_levels
  people=$(IFS=,; echo "${researchers[*]}")
  account_manager add cluster "$cluster"
  account_manager add account "$accounts" Cluster="$cluster" Description=test Organization=test
  account_manager add user "$people" Account="$accounts" Cluster="$cluster" DefaultAccount=TG-BIO1
  account_manager modify account where name="$accounts" cluster="$cluster" \
    set QOS=normal,high,scavenger,small DefaultQOS=normal
  account_manager modify account where name=TG-SPENT cluster="$cluster" set GrpTRESMins=cpu=1
  touch "$marker"
}
