# shellcheck shell=bash
# Why: shared by the jobs with a watch: start it, wait until it follows, end it.
T=/sys/kernel/tracing
I=$T/instances/pindrift

stamp() { while IFS= read -r line; do printf '%s %s\n' "$(uptime)" "$line"; done; }

follows() { [ -e $I/tracing_on ] && [ "$(cat $I/tracing_on)" = 1 ]; }
is_gone() { [ ! -d $I ] && [ ! -d $I-ring ] && ! grep -q :pindrift/ $T/dynamic_events; }

# start_watch NAME FLAGS...: in the background; each line of its output gets the time at which it was printed
start_watch() {
  local name=$1
  shift
  echo "LAB-TIME $(uptime) $name starts"
  mkfifo "/run/$name"
  stamp < "/run/$name" > "/out/$name.ndjson" &
  pindrift watch --report ndjson --status 5 --metrics "/out/$name.prom" "${CAPTURE_FLAGS[@]}" "$@" > "/run/$name" 2> "/out/$name.err" &
  watch=$!
  until_true 400 follows || echo "LAB-ERR $name does not follow"
  until_true 200 grep -q '"type":"status"' "/out/$name.ndjson" || echo "LAB-ERR $name prints nothing"
  echo "LAB-TIME $(uptime) $name follows"
}

end_watch() {
  kill -TERM "$watch"
  wait "$watch"
  echo "LAB-TIME $(uptime) $1 ended with $?"
  as_before "$1"
}
