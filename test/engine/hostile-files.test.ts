// Why: paths and modules come from strangers too. Each that cannot be used is named, with the reason; none is an internal
// error, and none is read for ever.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { check } from '../../src/engine/check.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import { readOnce } from '../../src/util/spool.ts';

const folder = mkdtempSync(join(tmpdir(), 'pindrift-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

it('a socket is no trace', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(file('socket'), resolve));
  try {
    expect(readOnce(file('socket'))).toBe(false);
    await expect(check([file('socket')], { workers: 1 })).rejects.toThrow('this is a socket');
  } finally {
    server.close();
  }
});

it('a config without an end', async () => {
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
