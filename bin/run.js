#!/usr/bin/env node
// Why: the installed `pindrift`. `--version` is answered here, before anything is loaded: scripts ask it often.
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const packageJson = new URL('../package.json', import.meta.url);

if (process.argv[2] === '--version' || process.argv[2] === '-v') {
  const { name, version } = JSON.parse(readFileSync(packageJson, 'utf8'));
  console.log(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}`);
} else {
  // Since Node 22.1; in Node 20 there is no such function.
  module.enableCompileCache?.();
  const { main } = await import('../dist/cli.js').catch((error) => {
    if (error.code !== 'EMFILE') throw error;
    console.error('pindrift: too many open files\n  try: ulimit -n 1024');
    process.exit(2);
  });
  await main({ root: fileURLToPath(packageJson) });
}
