# shellcheck shell=bash
# Why: what the jobs that watch share: a watch that is started, known to follow, and ended.
T=/sys/kernel/tracing
I=$T/instances/pindrift

stamp() { while IFS= read -r line; do printf '%s %s\n' "$(uptime)" "$line"; done; }

follows() { [ -e $I/tracing_on ] && [ "$(cat $I/tracing_on)" = 1 ]; }
is_gone() { [ ! -d $I ] && [ ! -d $I-ring ] && ! grep -q :pindrift/ $T/dynamic_events; }

# start_watch NAME FLAGS...: in the background, its lines with the time they came at
start_watch() {
  local name=$1
  shift
  echo "LAB-TIME $(uptime) $name starts"
  mkfifo "/run/$name"
  stamp < "/run/$name" > "/out/$name.ndjson" &
  pindrift watch --report ndjson --status 5 --metrics "/out/$name.prom" "${CAPTURE_FLAGS[@]}" "$@" > "/run/$name" 2> "/out/$name.err" &
  watch=$!
  until_true 400 follows || echo "LAB-ERR $name does not follow"
  until_true 200 grep -q '"type":"status"' "/out/$name.ndjson" || echo "LAB-ERR $name says nothing"
  echo "LAB-TIME $(uptime) $name follows"
}

end_watch() {
  kill -TERM "$watch"
  wait "$watch"
  echo "LAB-TIME $(uptime) $1 ended with $?"
  as_before "$1"
}
