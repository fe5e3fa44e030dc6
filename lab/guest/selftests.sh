# shellcheck shell=bash
# Why: the kernel's own tests report which of them passed; a finding is right in one that failed, and wrong in one that passed.
# SCENARIOS are names of WORK/st; see build-selftests.
echo 96 > /proc/sys/vm/nr_hugepages
mount -t debugfs d /sys/kernel/debug 2> /dev/null
for test in $SCENARIOS; do
  out=/out/$test.selftest
  mkdir -p "$out"
  tracefs > /run/before
  (cd /run/cap && sh /lab/capture.sh -o /run/cap/trace.txt "${CAPTURE_FLAGS[@]}" -- timeout "$TEST_SECONDS" "/lab/st/$test" > "$out/prog.log" 2> "$out/capture.err")
  echo "LAB-SELFTEST $test ended with $?: $(grep '^# Totals' "$out/prog.log")"
  as_before "$test"
  cp /run/cap/trace.txt "$out/trace.txt"
done
