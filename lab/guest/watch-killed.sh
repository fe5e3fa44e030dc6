# shellcheck shell=bash
# Why: what becomes of a watch that is killed with -9, half of it or all.
# shellcheck source=lab/guest/watching.sh
. /lab/guest/watching.sh

# the watch alone is killed: the script sees that nobody reads
start_watch killed
kill -KILL $watch
until_true 200 is_gone && echo "LAB-TIME $(uptime) gone after kill -9 of the watch" || echo 'LAB-ERR it stays after kill -9 of the watch'
as_before 'a killed watch'

# both are killed: nothing reads, nothing blocks, and the next start takes it away
start_watch both
pkill -KILL -f capture.sh
kill -KILL $watch
pkill -KILL cat
sleep 1
timeout 60 scn odirect_read_quick > /out/after-kill.truth || echo 'LAB-ERR a program does not end after the kill'
cat $I/tracing_on $I/per_cpu/cpu0/stats > /out/after-kill.txt
start_watch next
end_watch next
