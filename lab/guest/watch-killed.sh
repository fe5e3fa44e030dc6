# shellcheck shell=bash
# Why: what happens to a machine whose watch, or half of it, is killed with -9. The half that arms is the script, and `cat`
# replaces the half that reads, to avoid waiting for Node. SCENARIOS: which half is killed, `reader` or `both`.
T=/sys/kernel/tracing
I=$T/instances/pindrift

is_gone() { [ ! -d $I ] && [ ! -d $I-ring ] && ! grep -q :pindrift/ $T/dynamic_events; }
follows() { [ -s "/run/$1.txt" ] && [ "$(cat $I/tracing_on)" = 1 ]; }

# start_follow NAME: arm, and read
start_follow() {
  mkfifo "/run/$1"
  sh /lab/capture.sh --follow --ring 4M "${CAPTURE_FLAGS[@]}" > "/run/$1" 2> "/out/$1.err" &
  script=$!
  cat "/run/$1" > "/run/$1.txt" &
  reader=$!
  until_true 120 follows "$1" || echo "LAB-ERR $1 does not follow"
  echo "LAB-TIME $(uptime) $1 follows"
}

# only the reader is killed: the script notices that nobody reads
kill_reader() {
  start_follow reader
  kill -KILL $reader
  until_true 60 is_gone && echo "LAB-TIME $(uptime) gone after kill -9 of the reader" || echo 'LAB-ERR it stays after kill -9 of the reader'
  wait $script
  as_before 'a killed reader'
}

# both are killed: what remains is harmless, and the next start removes it
kill_both() {
  start_follow both
  kill -KILL $script $reader
  timeout 60 scn none_quick > /dev/null 2>&1
  [ $? != 124 ] || echo 'LAB-ERR a program does not end after the kill'
  for instance in $I $I-ring; do
    echo "LAB-TIME $(uptime) left: $instance, overwrite $(cat "$instance/options/overwrite"), read by $(pgrep -c -f trace_pipe) processes"
  done
  sh /lab/capture.sh -o /run/cap/next.txt "${CAPTURE_FLAGS[@]}" -- ls / > /dev/null 2> /out/next.err || echo 'LAB-ERR the next capture does not start'
  grep 'killed pindrift' /out/next.err || echo 'LAB-ERR the next capture removed nothing'
  as_before 'the next capture'
}

for half in $SCENARIOS; do "kill_$half"; done
