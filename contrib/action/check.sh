#!/usr/bin/env bash
# Why: what `uses: .../pindrift` does after the install: annotations on standard output, SARIF in a file, the verdict as an
# output, and the exit code of `check` as that of the step.
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

args=(--fail-on "$PINDRIFT_FAIL_ON")
[ -z "$PINDRIFT_BASELINE" ] || args+=(--baseline "$PINDRIFT_BASELINE")
[ -z "$PINDRIFT_SARIF" ] || args+=(-o "$PINDRIFT_SARIF")
if [ "$PINDRIFT_ANNOTATIONS" = true ]; then
  # with a file of SARIF the annotations are a second report
  if [ -z "$PINDRIFT_SARIF" ]; then args+=(--report github); else args+=(-o "$PINDRIFT_FOLDER/annotations.github"); fi
elif [ -z "$PINDRIFT_SARIF" ]; then
  args+=(--report pretty)
fi

"$PINDRIFT_FOLDER/node_modules/.bin/pindrift" check "${args[@]}" ${flags[@]+"${flags[@]}"} -- "${traces[@]}"
code=$?
if [ -f "$PINDRIFT_FOLDER/annotations.github" ]; then
  cat "$PINDRIFT_FOLDER/annotations.github"
  rm -f "$PINDRIFT_FOLDER/annotations.github"
fi
case $code in
  0) verdict=clean ;;
  1) verdict=findings ;;
  3) verdict=undecided ;;
  4) verdict=some ;;
  *) verdict=failed ;;
esac
{
  echo "verdict=$verdict"
  echo "exit-code=$code"
  if [ -n "$PINDRIFT_SARIF" ] && [ -f "$PINDRIFT_SARIF" ]; then echo "sarif=$PINDRIFT_SARIF"; fi
} >> "${GITHUB_OUTPUT:-/dev/null}"
exit $code
