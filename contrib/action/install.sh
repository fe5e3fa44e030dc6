#!/usr/bin/env bash
# Why: the action runs the package that people install, not the sources it stands beside: those are not built.
set -euo pipefail
package=$PINDRIFT_PACKAGE
if [ -z "$package" ]; then
  package=pindrift@$(node -p 'require(process.argv[1]).version' "$PINDRIFT_ACTION/package.json")
elif [ -e "$package" ]; then
  package=$(realpath "$package")
fi
mkdir -p "$PINDRIFT_FOLDER"
# npm 11 asks which packages may run a script: SQLite's, for a --save among the flags
echo '{ "private": true, "allowScripts": { "better-sqlite3": true } }' > "$PINDRIFT_FOLDER/package.json"
npm install --prefix "$PINDRIFT_FOLDER" --no-save --no-audit --no-fund "$package"
"$PINDRIFT_FOLDER/node_modules/.bin/pindrift" --version
