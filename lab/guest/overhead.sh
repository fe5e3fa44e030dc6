# shellcheck shell=bash
# Why: what recording costs a load, as a ratio within one boot: the emulated processor's own speed says nothing. SCENARIOS
# are loads (load_pins, load_faults), each without a capture, under the core set and under the full one, ROUNDS times in turn.
export LAB_DISK=/dev/vdc LAB_OPS=${LAB_OPS:-6400}
if modprobe brd rd_nr=1 rd_size=4096 2> /dev/null && dd if=/dev/zero of=/dev/ram0 bs=1M count=4 2> /dev/null; then LAB_DISK=/dev/ram0; fi
echo "LAB-TIME $(uptime) disk $LAB_DISK, $LAB_OPS operations"
for ((round = 0; round < ${ROUNDS:-4}; round++)); do
  for load in $SCENARIOS; do
    echo "LAB-LOAD $load none $(scn "$load")"
    for tier in core full; do
      rm -rf /run/cap/raw
      sh /lab/capture.sh --raw -o /run/cap/raw --tier $tier -- scn "$load" > /run/load 2> "/out/$load.$tier.err"
      echo "LAB-LOAD $load $tier $(grep '^{"load"' /run/load) $(awk '/^# pindrift-hits/ { n += $4; m += $5 } END { print n, "hits", m, "missed" }' /run/cap/raw/head)"
    done
  done
done
as_before overhead
