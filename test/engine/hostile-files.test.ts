// Why: paths and modules come from strangers too. Each that cannot be used is named, with the reason; none is an internal
// error, and none is read for ever.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { SHAPES, textOf } from '../../bench/shapes.ts';
import { loadConfig } from '../../src/config/load.ts';
import { check } from '../../src/engine/check.ts';
import { loadRules } from '../../src/engine/running/load-rules.ts';
import { readOnce } from '../../src/util/spool.ts';

const folder = mkdtempSync(join(tmpdir(), 'pindrift-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

it('a socket is not a trace', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(file('socket'), resolve));
  try {
    expect(readOnce(file('socket'))).toBe(false);
    await expect(check([file('socket')], { workers: 1 })).rejects.toThrow('this is a socket');
  } finally {
    server.close();
  }
});

it('an endless config', async () => {
  symlinkSync('/dev/zero', file('config.json'));
  await expect(loadConfig(folder, { named: 'config.json' })).rejects.toThrow('this is a device, not a config');
});

it('a rule that throws when it is looked at', async () => {
  writeFileSync(file('proxy.mjs'), 'export default new Proxy({}, { get() { throw 1; }, has() { throw 2; } });\n');
  await expect(loadRules([file('proxy.mjs')], folder)).rejects.toMatchObject({
    message: expect.stringMatching(/it threw [12], which is not an Error/),
    where: 'proxy.mjs',
  });
}, 60_000);

it('a hole of a terabyte behind a trace is no reason to read it', async () => {
  const path = file('sparse.txt');
  writeFileSync(path, [...textOf(SHAPES.ordinary, 2000)].join(''));
  truncateSync(path, 2 ** 40);
  for (const workers of [1, 2]) {
    const { verdict, traces } = await check([path], { workers });
    expect(verdict).toBe('could-not-be-checked');
    expect(JSON.stringify(traces[0].losses)).toMatch(/bytes of zero.*nothing behind 1 GiB/);
  }
}, 120_000);

it.each(['1', '2'])(
  'what does not fit into memory is said before Node ends, with %s threads',
  async (workers) => {
    const path = file('many.txt');
    const line = (pid: number, text: string) => `${' '.repeat(10)}p-${pid} [000] .....     1.000000: ${text}\n`;
    const lines = Array.from({ length: 90_000 }, (_, i) => {
      const where = `mm=0x${(0xffff888100000000n + BigInt(i) * 0x400n).toString(16)} addr=0x7f0000001000`;
      const page = `page=0x${(0xffffea0000000000n + BigInt(i) * 64n).toString(16)}`;
      return line(1000 + i, `new_anon: (folio_add_new_anon_rmap+0x4/0x180) ${page} ${where} head=0 order=0 rflags=0x1`);
    });
    writeFileSync(path, `# tracer: nop\n#\n${lines.join('')}`);
    const env = { ...process.env, NODE_OPTIONS: '--max-old-space-size=64' };
    const run = spawnSync(process.execPath, ['bin/run.js', 'check', '--workers', workers, path], { env });
    expect([run.status, String(run.stderr)]).toEqual([2, expect.stringContaining('more memory than Node may use')]);
  },
  120_000,
);
