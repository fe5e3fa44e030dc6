// What stands in a recording apart from events: the text of a latency tracer, no symbols, another's symbols.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { Reading } from '../../src/engine/reading/reading.ts';

const fixture = (name: string): Buffer => gunzipSync(readFileSync(join(import.meta.dirname, '../../fixtures', name)));

const symbols = join(tmpdir(), `pindrift-kallsyms-${process.pid}`);
afterAll(() => rmSync(symbols, { force: true }));

it('the text of a latency tracer within a trace.dat is read as text', async () => {
  const whole = fixture('5.10/odirect_read_swap.tc-v6/trace.dat.gz');
  const head = whole.subarray(0, whole.indexOf('flyrecord'));
  const text = fixture('5.10/odirect_read_swap.ft/trace.txt.gz');
  const dat = Buffer.concat([head, Buffer.from('latency  \0'), text]);
  const report = await check([memoryInput('trace.dat', dat)]);
  expect(report.traces[0].format).toBe('ftrace');
  expect(report.verdict).toBe('violated');
});

it('a recording without symbols takes those that it is given', async () => {
  const perf = fixture('5.10/odirect_read_swap.perf-plain/perf.data.gz');
  const callers = async (kallsyms?: string) => {
    const reading = await Reading.open(memoryInput('perf.data', perf), { kallsyms });
    await reading.read();
    reading.close();
    return reading.symbols;
  };
  const [first] = await callers();
  expect(first).toMatch(/^0xffffffff[0-9a-f]{8}$/);
  const start = (BigInt(first) - 0x3en).toString(16);
  writeFileSync(symbols, `${start} t get_arg_page\nffffffffffff0000 T the_end\n`);
  expect(await callers(symbols)).toContain('get_arg_page+0x3e');
  await expect(callers('/no/such/file')).rejects.toThrow('no such symbol file');
  await expect(callers('/dev/null')).rejects.toThrow('from a file only');
});

it('what is cut before its events is said to be cut', async () => {
  const whole = fixture('5.10/odirect_read_swap.perf-plain/perf.data.gz');
  for (const bytes of [whole.subarray(0, 50), whole.subarray(0, 2000)]) {
    await expect(check([memoryInput('perf.data', bytes)])).rejects.toThrow(/perf\.data (cannot be read|has no event)/);
  }
});
