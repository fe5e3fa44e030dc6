# shellcheck shell=bash
# Why: bpftrace must accept the program that `capture probes --for bpftrace` prints for this kernel, and what it prints must
# be a trace. Needs a root with bpftrace (run -r bpf).
cp /sys/kernel/tracing/available_filter_functions /out/ # for --symbols
export BPFTRACE_PERF_RB_PAGES=4096
for scenario in $SCENARIOS; do
  out=/out/$scenario.bpftrace
  mkdir -p "$out"
  timeout 250 bpftrace -q -o /run/cap/trace.csv -c "/lab/scn $scenario" /lab/capture.bt > /run/truth 2> "$out/bpftrace.err" ||
    echo "LAB-ERR bpftrace: $(tail -n 1 "$out/bpftrace.err")"
  sort -s -t, -k1,1n /run/cap/trace.csv > "$out/trace.txt"
  truth bpftrace "$scenario" "pindrift capture probes ${CAPTURE_FLAGS[*]} --for bpftrace > pins.bt; bpftrace -q -o trace.csv -c 'scn $scenario' pins.bt; sort -s -t, -k1,1n trace.csv" '' > "$out/truth.json"
  echo "LAB-CAPTURE $scenario $(wc -l < "$out/trace.txt") lines"
done
