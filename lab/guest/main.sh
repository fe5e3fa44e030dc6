# shellcheck shell=bash
# Why: runs in the guest as pid 1. Sets it up (swap, a slow disk, Node if there is one), does one job, which is a file beside
# this one, and switches the guest off.
export PATH=/lab:/opt/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
# shellcheck disable=SC1091
. /lab/job
echo "LAB-BOOT $(uname -r)"
mount -t tracefs t /sys/kernel/tracing
mkdir -p /dev/shm /dev/pts /run/cap
mount -t tmpfs shm /dev/shm
mount -t tmpfs -o size=60% cap /run/cap
for _ in $(seq 50); do
  [ -b /dev/vdc ] && break
  sleep 0.1
done
for module in dm_mod dm_delay; do modprobe $module || echo "LAB-ERR modprobe $module"; done
mkswap /dev/vdb > /dev/null 2>&1
swapon /dev/vdb
[ ! -e /lab/breaker.ko ] || insmod /lab/breaker.ko || echo 'LAB-ERR insmod breaker'
[ ! -e /proc/sys/kernel/numa_balancing ] || echo 0 > /proc/sys/kernel/numa_balancing
scn --setup-dm /dev/vdc "$DELAY_MS" slow || echo 'LAB-ERR no slow device'
[ ! -b /dev/vdd ] || mount /dev/vdd /opt

# what must be as before when nobody records any more
tracefs() {
  ls /sys/kernel/tracing/instances
  cat /sys/kernel/tracing/dynamic_events /sys/kernel/tracing/trace_clock
  # the first use of any event allocates the buffer, whose size until then is only announced
  awk '{ sub(/^.*expanded: /, ""); print int($1 / 100) }' /sys/kernel/tracing/buffer_size_kb
}

# as_before WORDS: whether tracefs is the same as when /run/before was written
as_before() {
  tracefs > /run/after
  diff /run/before /run/after && return 0
  echo "LAB-ERR $* left something in tracefs"
  return 1
}

# until SECONDS COMMAND...: wait until it succeeds
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}

# truth FORM SCENARIO COMMAND VMEMMAP: what the scenarios wrote to /run/truth, as the truth.json of a capture
truth() {
  grep '^{"scenario"' /run/truth > /run/lines || echo "LAB-ERR no truth of $2" >&2
  printf '{"kernel":"%s","form":"%s","scenario":"%s","capture":"%s","vmemmap":"%s","truth":[\n' "$(uname -r)" "$@"
  paste -sd, /run/lines
  echo ']}'
}

# seconds of the trace's clock
uptime() { cut -d' ' -f1 /proc/uptime; }

# these go nowhere else (`quiet`); a machine with the nodes of this one begins with a warning
warnings() { dmesg | grep -cE 'WARNING: |BUG: |Oops'; }

tracefs > /run/before
warned=$(warnings)
# shellcheck disable=SC1090
. "/lab/guest/$JOB.sh"
if [ "$(warnings)" != "$warned" ]; then
  dmesg > /out/dmesg.txt
  echo 'LAB-ERR the kernel printed a warning: dmesg.txt'
fi
echo LAB-DONE
sync
echo o > /proc/sysrq-trigger
sleep 5
