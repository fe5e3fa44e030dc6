#!/usr/bin/env -S node --import tsx
// Why: runs the commands from src/ without a build (`npm run dev -- check ...`). tsx compiles, and oclif is told where
// the sources are: left to itself it looks for the TypeScript 6 API, finds none and silently runs a stale dist/.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core';
import { settings } from '@oclif/core/settings';
import { main } from '../src/cli.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pjson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
pjson.oclif.commands.target = './src/commands';
settings.enableAutoTranspile = false;

// oclif hands no `ignoreManifest` on to the plugin it makes, and a manifest that a build left names the files of dist/.
const sources = new Plugin({ root, pjson, isRoot: true, ignoreManifest: true });
await sources.load();

await main({ root, pjson, plugins: new Map([[sources.name, sources]]) });
