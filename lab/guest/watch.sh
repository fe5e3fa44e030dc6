# shellcheck shell=bash
# Why: a watch as an operator has it, on a machine at work: each finding within a second of its event, a saved history in
# which `check` finds the same, nothing left behind.
# shellcheck source=lab/guest/watching.sh
. /lab/guest/watching.sh

load() {
  while :; do
    LAB_NP=1 nice timeout 20 scn harmless > /dev/null 2>&1
    /bin/true
  done
}

# nothing that is older than half a second is unread; emulated, Node takes a while to get into its stride
keeps_up() {
  awk '/^entries/ { n = $2 } /^oldest/ { oldest = $NF } /^now/ && n > 0 && $NF - oldest > 0.5 { late = 1 } END { exit late }' $I/per_cpu/cpu*/stats
}

start_watch watch --react save=/out/saved --react exec='cat > /out/exec.json'
load &
load=$!
sleep 5
until_true 60 keeps_up || echo 'LAB-ERR the watch does not keep up with the load'
for scenario in $SCENARIOS; do
  timeout 150 scn "$scenario" > "/out/$scenario.truth"
  echo "LAB-TIME $(uptime) $scenario ended"
done
until_true 60 grep -q '"type":"reaction"' /out/watch.ndjson || echo 'LAB-ERR nothing was done about it'
sleep 3
end_watch watch
kill $load
