# shellcheck shell=bash
# Why: what recording costs a load, as a ratio within one boot: times on an emulated processor mean nothing by themselves.
# SCENARIOS are loads (load_pins, load_faults). The events are armed once; then none, the core set and all are enabled in
# turn, ROUNDS times.
export LAB_DISK=/dev/vdc LAB_OPS=${LAB_OPS:-32000}
if modprobe brd rd_nr=1 rd_size=4096 2> /dev/null && dd if=/dev/zero of=/dev/ram0 bs=1M count=4 2> /dev/null; then LAB_DISK=/dev/ram0; fi
I=/sys/kernel/tracing/instances/pindrift
sh /lab/capture.sh --raw -o /run/cap/raw --tier full -- sleep 600 2> /out/overhead.err &
script=$!
records() { [ "$(cat $I/tracing_on 2> /dev/null)" = 1 ] && pgrep -x sleep; }
until_true 120 records || echo 'LAB-ERR nothing is armed'
# no process substitution: there is no /dev/fd
# shellcheck disable=SC2207 # the paths contain no spaces
all=($(grep -l 1 $I/events/*/*/enable)) core=($(sh /lab/capture.sh --dry-run --tier core | sed -n "s#^[a-z0-9]*:pindrift/\([^ ]*\) .*#$I/events/pindrift/\1/enable#p")) others=()
for event in "${all[@]}"; do case $event in */pindrift/*) ;; *) others+=("$event") ;; esac done
switch() {
  local event
  for event in "${all[@]}"; do echo 0 > "$event"; done
  case $1 in
    core) for event in "${core[@]}" "${others[@]}"; do [ ! -e "$event" ] || echo 1 > "$event"; done ;;
    full) for event in "${all[@]}"; do echo 1 > "$event"; done ;;
  esac
}
echo "LAB-TIME $(uptime) disk $LAB_DISK, $LAB_OPS operations, ${#core[@]} events in core, ${#all[@]} in all"
for ((round = 0; round < ${ROUNDS:-8}; round++)); do
  for tier in none core full; do
    switch $tier
    for load in $SCENARIOS; do echo "LAB-LOAD $load $tier $(scn "$load") $(awk '/^entries|^overrun/ { n += $2 } END { print n, "events so far" }' $I/per_cpu/cpu*/stats)"; done
  done
done
kill $script
wait $script
as_before overhead
