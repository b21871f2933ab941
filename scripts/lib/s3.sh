# shellcheck shell=bash
# A private S3 server in a folder of its own, on loopback only: Ceph's radosgw on one monitor and one storage daemon that
# keeps everything in memory. Unlike the mock servers, it checks signatures, clocks and expiry.
# Source this file; needs Debian's packages `radosgw ceph-mon ceph-osd` and `curl`.

# What s3_up needs from Debian.
# shellcheck disable=SC2034 # used by the scripts that source this
s3_packages=(radosgw ceph-mon ceph-osd ceph-common curl)

# Writes FOLDER/ceph.conf. PORT is the S3 port, PORT+1 the monitor's; the storage daemon takes PORT+2 to PORT+9.
s3_configure() {
  local folder=$1 port=$2
  cat >"$folder/ceph.conf" <<CONFIGURATION
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon initial members = a
mon host = [v2:127.0.0.1:$((port + 1))]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind port min = $((port + 2))
ms bind port max = $((port + 9))
# Without keys ("auth … = none") radosgw is refused for ever with -13.
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = $folder/keyring
run dir = $folder
admin socket = $folder/\$name.asok
pid file = $folder/\$name.pid
log file = $folder/\$name.log
crash dir = $folder
mon data = $folder/mon
osd data = $folder/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd memory target = 939524096
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon osd min in ratio = 0
# No second server to agree with, so nothing to wait for.
mon lease = 1
paxos propose interval = 0.05
paxos min wait = 0.02
osd max object name len = 1024

[client.rgw]
rgw data = $folder
rgw frontends = beast endpoint=127.0.0.1:$port
rgw enable usage log = false
rgw enable gc threads = false
rgw enable lc threads = false
rgw enable quota threads = false
rgw run sync thread = false
rgw thread pool size = 32
rgw multipart min part size = 5242880
CONFIGURATION
}

# One keyring for all of them: the folder belongs to the tests.
s3_make_keys() {
  local folder=$1
  ceph-authtool --create-keyring "$folder/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
  ceph-authtool "$folder/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' \
    --cap mgr 'allow *' >/dev/null
  ceph-authtool "$folder/keyring" --gen-key -n client.rgw --cap mon 'allow rwx' --cap osd 'allow rwx' >/dev/null
  ceph-authtool "$folder/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' >/dev/null
}

# s3_up FOLDER PORT: makes and starts the server, waits until it answers, then writes FOLDER/url:
# http://ACCESS:SECRET@127.0.0.1:PORT/BUCKET, the form of FARFIELD_TEST_S3. Uses the ten ports from PORT on.
s3_up() {
  local folder=$1 port=$2 access secret identifier
  mkdir -p "$folder/mon" "$folder/osd" || return 1
  s3_configure "$folder" "$port"
  local -a ceph=(ceph --conf "$folder/ceph.conf" --connect-timeout 20)
  s3_make_keys "$folder" || return 1
  identifier=$(cat /proc/sys/kernel/random/uuid)
  {
    monmaptool --create --fsid "$(sed -n 's/^fsid = //p' "$folder/ceph.conf")" \
      --addv a "[v2:127.0.0.1:$((port + 1))]" "$folder/monmap" &&
      ceph-mon --conf "$folder/ceph.conf" --mkfs --id a --monmap "$folder/monmap" --keyring "$folder/keyring" &&
      ceph-mon --conf "$folder/ceph.conf" --id a &&
      "${ceph[@]}" osd new "$identifier" 0 &&
      ceph-osd --conf "$folder/ceph.conf" --id 0 --mkfs --osd-uuid "$identifier" &&
      ceph-osd --conf "$folder/ceph.conf" --id 0 &&
      radosgw --conf "$folder/ceph.conf" --name client.rgw
  } >"$folder/start.log" 2>&1 || { s3_complain "$folder" "did not start"; return 1; }
  access=$(s3_random 20) secret=$(s3_random 40)
  timeout 60 radosgw-admin --conf "$folder/ceph.conf" --name client.rgw user create --uid tests --display-name tests \
    --access-key "$access" --secret-key "$secret" >>"$folder/start.log" 2>&1 ||
    { s3_complain "$folder" "made no user"; return 1; }
  curl --silent --show-error --fail --max-time 60 --retry 100 --retry-delay 1 --retry-connrefused --noproxy '*' \
    --aws-sigv4 aws:amz:us-east-1:s3 --user "$access:$secret" --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \
    --request PUT "http://127.0.0.1:$port/tests" \
    >>"$folder/start.log" 2>&1 || { s3_complain "$folder" "made no bucket"; return 1; }
  (umask 077 && echo "http://$access:$secret@127.0.0.1:$port/tests" >"$folder/url")
}

s3_complain() {
  echo "s3: the server in $1 $2; the end of $1/start.log:" >&2
  tail -n 5 "$1/start.log" >&2
}

# Letters and digits, so that they stand in a URL as they are.
s3_random() { head -c 4096 /dev/urandom | LC_ALL=C tr -dc 'A-Za-z0-9' | head -c "$1"; }

# s3_down FOLDER: ends the server of that folder; what it kept is gone with it.
s3_down() {
  local folder=$1 name pid
  for name in client.rgw osd.0 mon.a; do
    pid=$(cat "$folder/$name.pid" 2>/dev/null) || continue
    # A number is used again: only a process that names this folder is ours.
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$folder/ceph.conf" && kill -9 "$pid"
  done
  rm -rf "$folder"
}
