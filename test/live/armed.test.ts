// Why: a watch that arms its machine itself believes the head of its own script, reads what that prints, and has it take
// everything away at the end. The script here does nothing but say so; the real one is tested where there is a kernel.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Armed } from '../../src/live/armed.ts';
import type { WatchEvent } from '../../src/live/events.ts';
import { Watch } from '../../src/live/watch.ts';
import { lastSaid } from './feed.ts';

const STORY = gunzipSync(
  readFileSync(join(import.meta.dirname, '../../fixtures/5.10/odirect_read_swap.ft/trace.txt.gz')),
);
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pindrift-armed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function script(body: string): string {
  const path = join(folder, 'capture.sh');
  writeFileSync(path, body);
  return path;
}

it('is followed, and removes its probes on request', { timeout: 30_000 }, async () => {
  writeFileSync(join(folder, 'events'), STORY.toString().replace(/^#.*\n/gm, ''));
  const path = script(`
    trap 'echo gone > ${folder}/gone; exit 0' TERM
    echo "# pindrift-capture: 1"; sleep 0.4; echo "# pindrift-release: 5.10.0"
    echo "# pindrift-instance: /sys/kernel/tracing/instances/pindrift"
    echo "# pindrift-ring: /sys/kernel/tracing/instances/pindrift-ring"
    sleep 0.3; echo "$*" > ${folder}/words
    cat ${folder}/events
    while :; do sleep 0.1; done`);
  const armed = new Armed(path, ['--ring', '8M']);
  expect(await armed.instances()).toEqual({
    instance: '/sys/kernel/tracing/instances/pindrift',
    ring: '/sys/kernel/tracing/instances/pindrift-ring',
  });
  const said: WatchEvent[] = [];
  const watch = await Watch.open(armed.source, { kernel: '5.10' }, (event) => {
    said.push(event);
    if (event.type === 'finding') setTimeout(() => watch.stop(), 300);
  });
  await watch.run();
  expect(await armed.over).toBe(0);
  expect(existsSync(join(folder, 'gone'))).toBe(true);
  expect(readFileSync(join(folder, 'words'), 'utf8')).toBe('--follow --ring 8M\n');
  expect(lastSaid(said)).toMatchObject([{ rule: 'swapin-cow-under-pin' }]);
});

it('says nothing when it could not arm', async () => {
  const armed = new Armed(script('echo "no root" >&2; exit 3'), []);
  expect(await armed.instances()).toEqual({ instance: undefined, ring: undefined });
  expect(await armed.over).toBe(3);
});
