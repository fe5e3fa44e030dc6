// `npm run bench:growth`: the cost of `check` per event for traces of different shapes and lengths, compared with an
// ordinary one. Limits: 3 times the ordinary trace's time per event, and independent of the length.
//
//     npm run bench:growth -- --events 100000,1000000 --only ordinary,forks
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure } from './measure.ts';
import { SHAPES, textOf } from './shapes.ts';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '100000,1000000' }, only: { type: 'string' } },
});
const only = values.only?.split(',');
const run = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pindrift-growth-'));
try {
  const { cpuSeconds: start } = await measure([process.execPath, run, '--version']);
  let ordinary = Number.NaN;
  console.log(
    '| shape | events | CPU s | us an event | / ordinary | peak MB |\n| --- | ---: | ---: | ---: | ---: | ---: |',
  );
  for (const events of values.events.split(',').map(Number)) {
    for (const [name, shape] of Object.entries(SHAPES)) {
      if (only !== undefined && !only.includes(name)) continue;
      const path = join(folder, 'trace.txt');
      const fd = openSync(path, 'w');
      let lines = 0;
      for (const text of textOf(shape, events)) {
        writeSync(fd, text);
        lines += text.split('\n').length - 1;
      }
      closeSync(fd);
      const cost = await measure([process.execPath, run, 'check', '--workers', '1', path], [0, 1, 3]);
      const each = ((cost.cpuSeconds - start) * 1e6) / lines;
      if (name === 'ordinary') ordinary = each;
      const cells = [name, lines, cost.cpuSeconds.toFixed(2), each.toFixed(2), (each / ordinary).toFixed(1)];
      console.log(`| ${cells.join(' | ')} | ${cost.peakMegabytes.toFixed(0)} |`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
