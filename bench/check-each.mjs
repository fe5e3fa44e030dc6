// Checks all captures of a manifest in one process, one after the other: the comparison for a fleet's run.
import { readFileSync } from 'node:fs';
import { check } from '../dist/engine/check.js';

for (const line of readFileSync(process.argv[2], 'utf8').split('\n')) {
  if (line !== '') await check([JSON.parse(line).path], { workers: 1 });
}
