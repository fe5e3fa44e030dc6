# shellcheck shell=bash
# Why: the beginning that docs/capture.md gives for bpftrace must run on the kernel it is for, and what it prints must be a
# trace. Needs a root with bpftrace (run -r bpf) and the script, which `run` takes from that page.
mount -t debugfs d /sys/kernel/debug 2> /dev/null
for scenario in $SCENARIOS; do
  out=/out/$scenario.bpftrace
  mkdir -p "$out"
  bpftrace -q -B line /lab/capture.bt > /run/cap/trace.csv 2> "$out/bpftrace.err" &
  recorder=$!
  until_true 200 grep -q '^nsecs' /run/cap/trace.csv || echo "LAB-ERR bpftrace says nothing: $(tail -n 1 "$out/bpftrace.err")"
  timeout 150 scn "$scenario" > "$out/truth"
  kill -INT $recorder
  wait $recorder
  cp /run/cap/trace.csv "$out/trace.csv"
  echo "LAB-CAPTURE $scenario $(wc -l < "$out/trace.csv") lines"
done
