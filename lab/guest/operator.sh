# shellcheck shell=bash
# Why: what happens to a watch in a year, within minutes: its config changes, the clock is set, the machine is suspended, it
# gets no processor for a while, there are more events than it can read. It must go on and report what it has lost.
# shellcheck source=lab/guest/watching.sh
. /lab/guest/watching.sh
scenario=${SCENARIOS%% *}

# said COUNT WHAT: whether that many lines contain it
said() { [ "$(grep -cE "$2" "/out/$name.ndjson")" -ge "$1" ]; }
expect_said() { until_true 60 said "$1" "$2" || echo "LAB-ERR $name: not printed $1 times: $2"; }
drift() {
  timeout 150 scn "$scenario" >> "/out/$name.truth" || echo "LAB-ERR $scenario ended with $?"
  echo "LAB-TIME $(uptime) $1: $(grep -c '"type":"finding"' "/out/$name.ndjson") findings, $(grep -c '"type":"loss"' "/out/$name.ndjson") losses"
}

cd /run || exit
echo '{}' > pindrift.config.json
name=operator
start_watch operator --react-on note --react save=/run/cap/saved --buffer 1M --config /run/pindrift.config.json
drift 'as it is'
expect_said 1 '"type":"finding"'

# the trace does not use the time of day
date -s '+3 hours' > /dev/null
drift 'the clock set forward'
date -s '-5 hours' > /dev/null
drift 'the clock set back'
expect_said 3 '"type":"finding"'

if echo freezer > /sys/power/pm_test; then
  echo freeze > /sys/power/state
  echo none > /sys/power/pm_test
  drift 'suspended'
fi

# it gets no processor: the machine is not held up, and the loss is reported
before=$(date +%s%N)
timeout 60 scn none_quick > /dev/null
usual=$(($(date +%s%N) - before))
kill -STOP "$watch"
before=$(date +%s%N)
for _ in 1 2 3 4 5 6; do timeout 60 scn none_quick > /dev/null || echo 'LAB-ERR a program does not end while the watch is stopped'; done
echo "LAB-TIME $(uptime) a program takes $((usual / 1000000)) ms, and $((($(date +%s%N) - before) / 6000000)) ms while the watch is stopped"
sleep 3
kill -CONT "$watch"
expect_said 1 '"type":"loss"'
drift 'stopped and continued'

# a new config for what follows
rule=$(sed -n 's/.*"type":"finding".*"rule":"\([^"]*\)".*/\1/p' /out/operator.ndjson | head -n 1)
printf '{"suppress":[{"rule":"%s","reason":"known"}]}\n' "$rule" > pindrift.config.json
kill -HUP "$watch"
until_true 20 grep -q 'config was reloaded' /out/operator.err || echo 'LAB-ERR the config is not reloaded'
found=$(grep -c '"type":"finding"' /out/operator.ndjson)
drift "$rule is accepted"
[ "$(grep -c '"type":"finding"' /out/operator.ndjson)" = "$found" ] || echo "LAB-ERR $rule is accepted and still reported"
printf 'not json' > pindrift.config.json
kill -HUP "$watch"
until_true 20 grep -q 'could not be reloaded' /out/operator.err || echo 'LAB-ERR a wrong config is not reported'
echo '{}' > pindrift.config.json
kill -HUP "$watch"
sleep 3
end_watch operator

# more events than it accepts
name=crowded
start_watch crowded --react-on note --react save=/run/cap/saved --retreat-at 300 --config /run/pindrift.config.json
(while :; do timeout 20 scn harmless > /dev/null 2>&1; done) &
load=$!
expect_said 1 '"what":"retreat","done":true'
kill $load
drift 'after the retreat'
expect_said 1 '"type":"finding"'
end_watch crowded
