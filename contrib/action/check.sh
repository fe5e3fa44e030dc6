#!/usr/bin/env bash
# Why: what `uses: .../pindrift` does after the install: annotations on standard output, SARIF in a file, the verdict as an
# output, and the exit code of `check` as that of the step. The verdict is that of the report: with `fail-on: never` the
# exit code is 0 whatever was found.
set -uo pipefail
set -f # a glob is pindrift's to expand: it knows which of the files are traces
# shellcheck disable=SC2206 # split at blanks and newlines, as the inputs say
traces=($PINDRIFT_TRACES)
# shellcheck disable=SC2206
flags=($PINDRIFT_FLAGS)
if [ ${#traces[@]} -eq 0 ]; then
  echo '::error title=pindrift::the input "traces" is empty'
  exit 2
fi

report=$PINDRIFT_FOLDER/report.ndjson
rm -f "$report"
args=(--fail-on "$PINDRIFT_FAIL_ON" -o "$report")
[ -z "$PINDRIFT_BASELINE" ] || args+=(--baseline "$PINDRIFT_BASELINE")
[ -z "$PINDRIFT_SARIF" ] || args+=(-o "$PINDRIFT_SARIF")
if [ "$PINDRIFT_ANNOTATIONS" = true ]; then
  args+=(-o "$PINDRIFT_FOLDER/annotations.github")
elif [ -z "$PINDRIFT_SARIF" ]; then
  args+=(-o -)
fi

"$PINDRIFT_FOLDER/node_modules/.bin/pindrift" check "${args[@]}" ${flags[@]+"${flags[@]}"} -- "${traces[@]}"
code=$?
if [ -f "$PINDRIFT_FOLDER/annotations.github" ]; then
  cat "$PINDRIFT_FOLDER/annotations.github"
  rm -f "$PINDRIFT_FOLDER/annotations.github"
fi
found=$(sed -n '1s/.*"verdict":"\([a-z-]*\)".*/\1/p' "$report" 2> /dev/null)
case $code:$found in
  4:*) verdict=some ;;
  1:* | 0:violated) verdict=findings ;;
  3:* | 0:could-not-be-checked) verdict=undecided ;;
  0:clean) verdict=clean ;;
  *) verdict=failed PINDRIFT_SARIF= ;; # nothing was written: such a file is of another run
esac
{
  echo "verdict=$verdict"
  echo "exit-code=$code"
  if [ -n "$PINDRIFT_SARIF" ] && [ -f "$PINDRIFT_SARIF" ]; then echo "sarif=$PINDRIFT_SARIF"; fi
} >> "${GITHUB_OUTPUT:-/dev/null}"
exit $code
