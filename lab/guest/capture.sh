# shellcheck shell=bash
# Why: one capture and its truth for each scenario, and a test that the capture left nothing behind.
# `a+b+c` are one capture of three scenarios, one after the other: arming the probes takes longer than a scenario.
for group in $SCENARIOS; do
  IFS=+ read -ra several <<< "$group"
  scenario=${several[0]}
  [ ${#several[@]} = 1 ] || scenario=$scenario+$((${#several[@]} - 1))
  out=/out/$scenario.ft
  mkdir -p "$out"
  tracefs > /run/before
  sh /lab/capture.sh -o /run/cap/trace.txt "${CAPTURE_FLAGS[@]}" -- \
    sh -c 'for one; do timeout 150 scn "$one"; done' scn "${several[@]}" > /run/truth 2> "$out/capture.err" ||
    echo "LAB-ERR capture of $scenario ended with $?"
  as_before "$scenario"
  mv /run/cap/trace.txt "$out/trace.txt"
  truth capture "$scenario" "pindrift capture script ${CAPTURE_FLAGS[*]}" \
    "$(sed -n 's/^# pindrift-vmemmap: //p' "$out/trace.txt")" > "$out/truth.json"
  echo "LAB-CAPTURE $scenario $(wc -l < "$out/trace.txt") lines, $(tail -n 1 "$out/capture.err")"
done
