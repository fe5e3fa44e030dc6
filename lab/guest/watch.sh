# shellcheck shell=bash
# Why: a watch as an operator has it, on a machine at work: each finding within a second of its event, a saved history in
# which `check` finds the same, nothing left behind.
# shellcheck source=lab/guest/watching.sh
. /lab/guest/watching.sh

load() {
  while :; do
    LAB_NP=2 nice timeout 20 scn harmless > /dev/null 2>&1
    /bin/true
  done
}

start_watch watch --react save=/out/saved --react snapshot --react exec='cat > /out/exec.json'
load &
load=$!
for scenario in $SCENARIOS; do
  timeout 150 scn "$scenario" > "/out/$scenario.truth"
  echo "LAB-TIME $(uptime) $scenario ended"
done
until_true 60 grep -q '"type":"reaction"' /out/watch.ndjson || echo 'LAB-ERR nothing was done about it'
sleep 3
end_watch watch
kill $load
