# shellcheck shell=bash
# Why: the first quarter of an hour of a new user: the commands of README and docs/capture.md on this kernel, up to a verdict.
# `capture doctor`, `capture run` with each scenario and with a program that pins nothing; then the things that go wrong.
scenario=${SCENARIOS%% *}

# try NAME EXPECTED-STATUS COMMAND...
try() {
  local name=$1 expected=$2 status
  shift 2
  echo "LAB-TIME $(uptime) $name starts"
  "$@" > "/out/$name.out" 2> "/out/$name.err"
  status=$?
  echo "LAB-TIME $(uptime) $name ended with $status: $(grep -v '^$' "/out/$name.out" | tail -n 1)"
  [ $status = "$expected" ] || echo "LAB-ERR $name ended with $status, not $expected"
  as_before "$name"
}

try doctor 0 pindrift capture doctor
# 0 if the kernel keeps its promise
case $(uname -r) in 5.*) wrong=1 ;; *) wrong=0 ;; esac
try finding $wrong pindrift capture run "${CAPTURE_FLAGS[@]}" --keep /out/finding.txt.gz -- scn "$scenario"
try clean 0 pindrift capture run "${CAPTURE_FLAGS[@]}" -- ls /

grep /tmp/ /out/clean.out /out/clean.err && echo 'LAB-ERR the output names a file that has been deleted'

# the script, and what can prevent it
script() { sh /lab/capture.sh "$@"; }
try raw 0 script --raw -o /run/cap/raw -- scn "$scenario"
cp -r /run/cap/raw /out/raw
mount -t tmpfs -o size=64k tiny /mnt
try full-disk 1 script -o /mnt/trace.txt -- ls /
umount /mnt
cp /lab/capture.sh /tmp/capture.sh
chmod a+r /tmp/capture.sh
try no-user 1 setpriv --reuid 65534 --clear-groups sh /tmp/capture.sh -o /tmp/t.txt -- ls /
umount /sys/kernel/tracing
script -o /run/cap/t.txt -- ls / > /out/no-tracefs.err 2>&1 && echo 'LAB-ERR recorded without tracefs'
mount -t tracefs t /sys/kernel/tracing

# somebody else traces: their probe, buffer and instance must be unchanged afterwards
echo 'p:theirs/unmap do_exit' >> /sys/kernel/tracing/kprobe_events
mkdir /sys/kernel/tracing/instances/theirs
echo 1 > /sys/kernel/tracing/instances/theirs/events/theirs/unmap/enable
tracefs > /run/before
try others 0 script -o /run/cap/others.txt -- ls /
grep -q 'unmap: ' /sys/kernel/tracing/instances/theirs/trace || echo 'LAB-ERR their trace is empty'
echo 0 > /sys/kernel/tracing/instances/theirs/events/theirs/unmap/enable
rmdir /sys/kernel/tracing/instances/theirs
echo '-:theirs/unmap' >> /sys/kernel/tracing/kprobe_events
tracefs > /run/before

# two at once
# not script(): $! would be a shell around it
sh /lab/capture.sh -o /run/cap/first.txt -- sleep 600 2> /out/first.err &
first=$!
until_true 300 test -e /run/pindrift.pid
sh /lab/capture.sh -o /run/cap/second.txt -- ls / > /dev/null 2> /out/second.err && echo "LAB-ERR two captures ran at once"
cat /out/second.err
kill $first
wait $first
as_before "the first of two"
