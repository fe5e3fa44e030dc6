#!/bin/busybox sh
# shellcheck shell=dash
# Why: a guest with only busybox: swap, the slow disk, one capture with its truth per scenario, and a test that tracefs is
# as before.
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm
mount -t tmpfs shm /dev/shm
mount -t tmpfs -o size=500m run /run
for module in virtio_pci virtio_blk 9pnet_virtio 9p dm_mod dm_delay; do modprobe $module 2> /dev/null; done
tries=0
until mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 out /out 2> /dev/null || [ $tries = 100 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
# shellcheck disable=SC1091
. /job
echo "LAB-BOOT $(uname -rm)"
mount -t tracefs t /sys/kernel/tracing
# the larger disk is for swapping; s390x finds them in any order
swap=/dev/vda data=/dev/vdb
[ "$(cat /sys/block/vda/size)" -gt "$(cat /sys/block/vdb/size)" ] || swap=/dev/vdb data=/dev/vda
mkswap $swap > /dev/null 2>&1
swapon $swap
scn --setup-dm $data "$DELAY_MS" slow || echo 'LAB-ERR no slow device'
left() {
  ls /sys/kernel/tracing/instances
  cat /sys/kernel/tracing/dynamic_events
}
left > /run/before
for group in $SCENARIOS; do
  several=$(echo "$group" | tr + ' ')
  scenario=${group%%+*}
  [ "$scenario" = "$group" ] || scenario=$scenario+$(($(echo "$several" | wc -w) - 1))
  to=/out/$scenario.ft
  mkdir -p "$to"
  # shellcheck disable=SC2016,SC2086 # expands in that shell; words
  sh /capture.sh -o /run/trace.txt $FLAGS -- sh -c 'for one; do timeout 150 scn "$one"; done' scn $several > /run/truth 2> "$to/capture.err" || echo "LAB-ERR capture of $scenario ended with $?"
  left > /run/after
  cmp /run/before /run/after || echo "LAB-ERR $scenario left something in tracefs"
  mv /run/trace.txt "$to/trace.txt"
  {
    printf '{"kernel":"%s","form":"capture","scenario":"%s","capture":"pindrift capture script %s","vmemmap":"%s","truth":[\n' \
      "$(uname -r)" "$scenario" "$FLAGS" "$(sed -n 's/^# pindrift-vmemmap: //p' "$to/trace.txt")"
    grep '^{"scenario"' /run/truth | sed '$!s/$/,/'
    echo ']}'
  } > "$to/truth.json"
  echo "LAB-CAPTURE $scenario $(wc -l < "$to/trace.txt") lines, $(tail -n 1 "$to/capture.err")"
done
echo LAB-DONE
sync
echo o > /proc/sysrq-trigger
sleep 5
