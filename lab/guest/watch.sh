# shellcheck shell=bash
# Why: a watch as an operator uses it, on a busy machine: each finding within a second of its event, a saved history in which
# `check` finds the same, nothing left behind.
# shellcheck source=lab/guest/watching.sh
. /lab/guest/watching.sh

load() {
  while :; do
    LAB_NP=1 nice timeout 20 scn harmless > /dev/null 2>&1
    sleep "$PAUSE"
  done
}

# nothing older than half a second is unread; when emulated, Node takes a while to reach its speed
keeps_up() {
  awk '/^entries/ { n = $2 } /^oldest/ { oldest = $NF } /^now/ && n > 0 && $NF - oldest > 0.5 { late = 1 } END { exit late }' $I/per_cpu/cpu*/stats
}

# a shared folder would be slow, and pins what is written to it
start_watch watch --react save=/run/cap/saved --react exec='cat > /out/exec.json'
load &
load=$!
sleep 5
until_true 15 keeps_up || echo 'LAB-ERR the watch does not keep up with the load'
for scenario in $SCENARIOS; do
  timeout 150 scn "$scenario" > "/out/$scenario.truth"
  echo "LAB-TIME $(uptime) $scenario ended: $(grep -c '"type":"finding"' /out/watch.ndjson) findings"
done
until_true 60 grep -q '"type":"reaction"' /out/watch.ndjson || echo 'LAB-ERR no reaction was run'
sleep 3
end_watch watch
kill $load
cp -r /run/cap/saved /out/

# kill -9 of both its halves: nobody is held up, and the next start removes what is left (watch-killed: one half only)
start_watch killed
read -r script _ < /run/pindrift.pid
kill -KILL "$watch" "$script"
wait "$watch"
echo "LAB-TIME $(uptime) both halves killed with -9"
timeout 60 scn none_quick > /dev/null 2>&1
[ $? != 124 ] || echo 'LAB-ERR a program does not end after the kill'
is_gone && echo 'LAB-ERR nothing is left for the next start'
start_watch next
grep 'left$' /out/next.err || echo 'LAB-ERR the next start removes nothing'
end_watch next
