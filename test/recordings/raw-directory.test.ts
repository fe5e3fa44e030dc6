// The pages of a trace.dat, put beside the files of tracefs as a machine without tools would give them.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { ingest } from '../../src/engine/ingest.ts';
import { rerun } from '../../src/engine/rerun.ts';
import { Cursor, MemoryBytes } from '../../src/recordings/bytes.ts';
import { RecordedEvent } from '../../src/recordings/contract.ts';
import { openRecording } from '../../src/recordings/index.ts';
import { openTraceDat } from '../../src/recordings/trace-dat/file.ts';

const folder = mkdtempSync(join(tmpdir(), 'pindrift-raw-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = gunzipSync(
  readFileSync(join(import.meta.dirname, '../../fixtures/5.10/odirect_read_swap.tc-v6/trace.dat.gz')),
);

function put(name: string, content: string | Uint8Array): void {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
}

async function lay(): Promise<void> {
  const cursor = new Cursor(new MemoryBytes(bytes), true, 10);
  cursor.string();
  cursor.skip(6);
  cursor.string();
  put('events/header_page', cursor.text(cursor.u64()));
  cursor.string();
  put('events/header_event', cursor.text(cursor.u64()));
  const formats = (system: string) => {
    for (let n = cursor.u32(); n > 0; n--) {
      const text = cursor.text(cursor.u64());
      put(`events/${system}/${/^name: (\S+)/.exec(text)?.[1]}/format`, text);
    }
  };
  formats('ftrace');
  for (let systems = cursor.u32(); systems > 0; systems--) formats(cursor.string());
  put('kallsyms', cursor.take(cursor.u32()));
  cursor.skip(cursor.u32());
  put('saved_cmdlines', cursor.take(cursor.u64()));
  put('trace_clock', '[local] global counter\n');
  put('head', '# pindrift-capture: 1\n# pindrift-release: 5.10.0-32-amd64\n# pindrift-cpus: 2\n');
  const { buffers } = await openTraceDat(new MemoryBytes(bytes));
  for (const { cpu, offset, size } of buffers[0].cpus) {
    put(`per_cpu/cpu${cpu}/trace_pipe_raw`, bytes.subarray(offset, offset + size));
    put(`per_cpu/cpu${cpu}/stats`, 'entries: 0\noverrun: 0\ncommit overrun: 0\ndropped events: 0\nread events: 1\n');
  }
}

async function eventsOf(path: string, from?: Uint8Array): Promise<string[]> {
  const input = from === undefined ? { path } : { path, bytes: new MemoryBytes(from) };
  const recording = await openRecording(input, from?.subarray(0, 4096) ?? new Uint8Array(0));
  if (recording === undefined) throw new Error('no recording');
  const event = new RecordedEvent();
  const out: string[] = [];
  for (let more = true; more; ) {
    more = await recording.fill();
    while (recording.next(event)) {
      const { lost, ts, cpu, pid, comm, type } = event;
      out.push([lost, ts, cpu, pid, comm, type.name, type.symbol, recording.argumentsText(event)].join(' '));
    }
  }
  recording.close();
  return out;
}

it('raw pages give the same as the trace.dat made from them', async () => {
  await lay();
  const events = await eventsOf(folder);
  expect(events).toHaveLength(1584);
  expect(events).toEqual(await eventsOf('trace.dat', bytes));
  const report = await check([folder]);
  expect(report.verdict).toBe('violated');
  expect(report.traces[0]).toMatchObject({ format: 'trace_pipe_raw', kernel: '5.10.0-32-amd64', events: 1584 });
});

it('a store of them gives the same', async () => {
  const out = join(folder, 'x.db');
  const report = await check([folder]);
  expect(await ingest([folder], { out })).toEqual(report);
  // its lines are made again from the store, which does not know where they were
  const plain = JSON.stringify(report, (key, value) => (key === 'record' ? undefined : value));
  expect(JSON.parse(JSON.stringify(await rerun(out)))).toEqual(JSON.parse(plain));
});

it('events that are in the counters but not in the pages are lost', async () => {
  put('per_cpu/cpu1/stats', 'entries: 0\noverrun: 0\ncommit overrun: 0\ndropped events: 41\nread events: 1\n');
  const [trace] = (await check([folder])).traces;
  expect(trace.losses).toMatchObject([{ kind: 'lost-events', cpu: 1, count: 41 }]);
});

it('a CPU that has counters and no pages: its events are lost', async () => {
  put('per_cpu/cpu1/stats', 'entries: 0\noverrun: 0\ncommit overrun: 0\ndropped events: 0\nread events: 1\n');
  for (const cpu of [2, 3]) put(`per_cpu/cpu${cpu}/stats`, `entries: ${cpu === 2 ? 500 : 0}\nread events: 0\n`);
  const { verdict, traces } = await check([folder]);
  expect(traces[0].losses).toMatchObject([{ kind: 'lost-events', cpu: 2, count: 500 }]);
  expect(verdict).not.toBe('clean');
  for (const cpu of [2, 3]) rmSync(join(folder, `per_cpu/cpu${cpu}`), { recursive: true });
});

it('what the header lists as armed is known', async () => {
  const armed = 'p:pindrift/gup_fast get_user_pages_fast start=$arg1:x64';
  put('head', `# pindrift-capture: 1\n# pindrift-armed: ${armed}\n# pindrift-hits: gup_fast 0 0\n`);
  const recording = await openRecording({ path: folder }, new Uint8Array(0));
  expect(recording?.head.recorded?.armed).toMatchObject([{ event: 'gup_fast', hits: 0, fields: ['start'] }]);
  recording?.close();
});
