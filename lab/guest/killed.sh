# shellcheck shell=bash
# Why: a capture may be killed at any moment, and tracefs must then be as before: at once after a signal that can be handled,
# and after kill -9 as soon as the next capture starts or somebody cleans up. ROUNDS moments, spread over the duration of a
# capture.
rounds=${SCENARIOS%% *}

begin() {
  sh /lab/capture.sh -o "/run/cap/killed$1" "${CAPTURE_FLAGS[@]}" -- sleep 2 > /dev/null 2> /run/killed.err &
  capture=$!
}

start=$(date +%s%N)
begin ''
wait $capture
whole=$((($(date +%s%N) - start) / 1000000))
echo "LAB-TIME a capture takes $whole ms"
as_before 'a whole capture'

for ((i = 0; i < rounds; i++)); do
  for signal in TERM INT KILL; do
    ms=$((whole * (3 * i + RANDOM % 3) / (3 * rounds)))
    # a shell starts its background jobs with SIGINT ignored
    case $signal in
      INT)
        setsid timeout -s INT "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))" sh /lab/capture.sh -o /run/cap/killed -- sleep 2 > /dev/null 2> /run/killed.err
        ;;
      *)
        begin ''
        sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
        kill -$signal $capture 2> /dev/null
        wait $capture 2> /dev/null
        ;;
    esac
    if [ $signal = KILL ]; then sh /lab/capture.sh --cleanup > /run/cleanup.err 2>&1 || cat /run/cleanup.err; fi
    as_before "$signal after $ms of $whole ms" && ! ls -d /tmp/pindrift.* 2> /dev/null || echo "LAB-ERR $signal after $ms ms leaves files"
    rm -rf /run/cap/killed*
  done
  echo "LAB-TIME $(uptime) round $i: $ms of $whole ms"
done
