# shellcheck shell=bash
# Why: a watch as an operator has it, on a machine at work: each finding within a second of its event, a saved history in
# which `check` finds the same, nothing left behind.
# shellcheck source=lab/guest/watching.sh
. /lab/guest/watching.sh

load() {
  while :; do
    LAB_NP=1 nice timeout 20 scn harmless > /dev/null 2>&1
    sleep "${PAUSE:-1}"
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
until_true 15 keeps_up || echo 'LAB-ERR the watch does not keep up with the load'
for scenario in $SCENARIOS; do
  timeout 150 scn "$scenario" > "/out/$scenario.truth"
  echo "LAB-TIME $(uptime) $scenario ended: $(grep -c '"type":"finding"' /out/watch.ndjson) findings"
done
until_true 60 grep -q '"type":"reaction"' /out/watch.ndjson || echo 'LAB-ERR nothing was done about it'
sleep 3
end_watch watch
kill $load

# kill -9 of the watch itself: nobody is held up, and what it left the next start takes away
start_watch killed --react save=/out/saved-killed
kill -KILL "$watch"
echo "LAB-TIME $(uptime) watch killed with -9"
timeout 60 scn none_quick > /dev/null 2>&1
[ $? != 124 ] || echo 'LAB-ERR a program does not end after the kill'
until_true 60 is_gone && echo "LAB-TIME $(uptime) gone by itself" || echo "LAB-TIME $(uptime) it stays: overwrite $(cat $I/options/overwrite), on $(cat $I/tracing_on)"
sh /lab/capture.sh -o /run/cap/next.txt "${CAPTURE_FLAGS[@]}" -- ls / > /dev/null 2> /out/next.err || echo 'LAB-ERR the next capture does not start'
as_before 'the capture after a killed watch'
