# Why: what the lab runs inside the guest, as pid 1: for each scenario one capture and its truth, and a look at what the
# capture left behind, which must be nothing.
export PATH=/lab:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
# shellcheck disable=SC1091
. /lab/job
echo "LAB-BOOT $(uname -r)"
mount -t tracefs t /sys/kernel/tracing
mkdir -p /dev/shm /dev/pts /run/cap
mount -t tmpfs shm /dev/shm
mount -t tmpfs -o size=1200m cap /run/cap
for _ in $(seq 50); do
  [ -b /dev/vdc ] && break
  sleep 0.1
done
for module in dm_mod dm_delay; do modprobe $module || echo "LAB-ERR modprobe $module"; done
mkswap /dev/vdb > /dev/null 2>&1
swapon /dev/vdb
echo 0 > /proc/sys/kernel/numa_balancing 2> /dev/null
scn --setup-dm /dev/vdc "$DELAY_MS" slow || echo 'LAB-ERR no slow device'

# what a capture must leave as it was
tracefs() {
  ls /sys/kernel/tracing/instances
  cat /sys/kernel/tracing/dynamic_events /sys/kernel/tracing/trace_clock
  # the first use of any event makes the buffer about as large as it says it would be
  awk '{ sub(/^.*expanded: /, ""); print int($1 / 100) }' /sys/kernel/tracing/buffer_size_kb
}

for scenario in $SCENARIOS; do
  out=/out/$scenario.ft
  mkdir -p "$out"
  tracefs > /run/before
  sh /lab/capture.sh -o /run/cap/trace.txt "${CAPTURE_FLAGS[@]}" -- timeout 150 scn "$scenario" > /run/truth 2> "$out/capture.err" ||
    echo "LAB-ERR capture of $scenario ended with $?"
  tracefs > /run/after
  diff /run/before /run/after || echo "LAB-ERR $scenario left something in tracefs"
  mv /run/cap/trace.txt "$out/trace.txt"
  grep '^{"scenario"' /run/truth > /run/lines || echo "LAB-ERR no truth of $scenario"
  {
    printf '{"kernel":"%s","form":"capture","scenario":"%s","capture":"pindrift capture script %s","vmemmap":"%s","truth":[\n' \
      "$(uname -r)" "$scenario" "${CAPTURE_FLAGS[*]}" "$(sed -n 's/^# pindrift-vmemmap: //p' "$out/trace.txt")"
    paste -sd, /run/lines
    echo ']}'
  } > "$out/truth.json"
  echo "LAB-CAPTURE $scenario $(wc -l < "$out/trace.txt") lines, $(tail -n 1 "$out/capture.err")"
done
echo LAB-DONE
sync
echo o > /proc/sysrq-trigger
sleep 5
