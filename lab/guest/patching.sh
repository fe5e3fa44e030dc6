# shellcheck shell=bash
# Why: every event that is switched on or off makes the kernel patch its own code, with a breakpoint in between, while other
# processors run it. An emulator that translates on several threads may keep the breakpoint: "Oops: int3" then is its fault
# and not that of a probe. Here no probe is armed at all; SCENARIOS is how often events are switched.
rounds=${SCENARIOS%% *}
I=/sys/kernel/tracing/instances/patching
mkdir $I
# two that wake each other, so that the code that is patched is run
nice -n 19 bash -c 'while :; do echo; done | while read -r _; do :; done' &
load=$!
for ((i = 1; i <= rounds; i++)); do
  echo 1 > $I/events/kmem/mm_page_free/enable
  echo 0 > $I/events/kmem/mm_page_free/enable
  ((i % 100)) || echo "LAB-TIME $(uptime) $i times"
done
kill $load
rmdir $I
as_before patching
