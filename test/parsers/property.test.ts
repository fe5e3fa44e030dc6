// Whatever bytes come: no parser throws, every line gets a kind, and all places lie within the line.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createParser, detectFormat } from '../../src/parsers/detect/detect.ts';
import type { TraceFormat } from '../../src/parsers/formats/head.ts';
import { LineKind, TraceLine } from '../../src/parsers/formats/line.ts';
import { bytes, head } from './read.ts';

const SAMPLES = [
  '             scn-133     [000] d...     9.044846: grab_fast: (f+0x0/0x220) page=0xffffe882c10214c0 refs=1',
  '             scn-210     (    210) [001]     19.238260: fault: (handle_mm_fault+0x0/0x1c00) mm=0x1',
  '             scn-315     [000] d...  86546260107: page_fault_user: address=0x40d9d0',
  '     scn-236       1.... 627438us+: wp_copy: (wp_page_copy+0x0/0x7b0) mm=0xffff9ce141060cc0',
  '             scn     262   1 0 00000000 00000136 [018848b5] 387.177ms (+0.051ms): wp_copy: (...)',
  '    7.601944 |   1)    scn-130     |               |  /* wp_copy: (wp_page_copy+0x0/0x7b0) mm=0x1 */',
  ' 1)    scn-424     =>    scn-425    ',
  '             scn-133     [000] d...     9.044846: handle_mm_fault(vma=0x1) <-do_user_addr_fault (repeats: 2)',
  '             scn-133     [000] d...     9.044846: sys_pread64 -> 0x8',
  'CPU:0 [LOST 11915 EVENTS]',
  'CPU:1 [342 EVENTS DROPPED]',
  '# entries-in-buffer/entries-written: 3647/43062   #P:2',
  '             scn-311   [000]133600439400: page_fault_user:      address=0x7fe53a2d70b0',
  'trace-cm-135     0.....    10.208346: clear_flush:          (ffffffffa4473220) mm=0x1',
  '            perf   134/134   [001]    11.727476:          1  pindrift:fault: (ffffffff8de62860) mm=0x1',
  '       perf-exec   419 [000]    56.397849: PERF_RECORD_LOST lost 18',
  'time,cpu,comm,pid,event,args',
  '9.044846,0,"a ""b""",133,fault,"x=1 y=2"',
];
const FORMATS: TraceFormat[] = ['ftrace', 'trace-cmd', 'perf-script', 'csv'];

/** A line that nearly is one: a sample with a piece cut out, doubled, replaced, or a byte changed. */
const nearly = fc
  .record({
    sample: fc.constantFrom(...SAMPLES),
    from: fc.nat(120),
    length: fc.nat(12),
    insert: fc.string({ unit: fc.constantFrom(...' .:-[]()0123456789abx\t"\u00ff\0,|/*#<>=+'), maxLength: 6 }),
  })
  .map(({ sample, from, length, insert }) => sample.slice(0, from) + insert + sample.slice(from + length));

const anything = fc.oneof(
  nearly,
  fc.uint8Array({ maxLength: 200 }).map((b) => Buffer.from(b).toString('latin1').replaceAll('\n', ' ')),
);

const parsers = FORMATS.flatMap((format) =>
  [
    head(format),
    head(format, { timeUnit: 'ticks', variant: 'nocontext-info, no time' }),
    head(format, {
      timeUnit: 'none',
      table: { delimiter: ',', columns: ['time', 'cpu', 'comm', 'pid', 'event', 'args'] },
    }),
  ].map(createParser),
);

describe('every parser', () => {
  it('gives every line a kind, and places within it', () => {
    fc.assert(
      fc.property(anything, fc.nat(20), (line, gap) => {
        const buf = bytes(`${'9'.repeat(gap)}${line}9.123456: x: y`);
        const end = gap + line.length;
        for (const parser of parsers) {
          const out = new TraceLine();
          parser.parse(buf, gap, end, out);
          expect(Object.values(LineKind)).toContain(out.kind);
          if (out.kind === LineKind.Bad) {
            expect(out.reason).not.toBe('');
          } else if (out.kind === LineKind.Event) {
            const own = out.buf !== buf;
            const from = own ? 0 : gap;
            const to = own ? out.buf.length : end;
            for (const [start, stop] of [
              [out.commStart, out.commEnd],
              [out.nameStart, out.nameEnd],
              [out.argsStart, out.argsEnd],
              [out.systemStart, out.systemEnd],
            ]) {
              expect(start).toBeGreaterThanOrEqual(from);
              expect(stop).toBeGreaterThanOrEqual(start);
              expect(stop).toBeLessThanOrEqual(to);
            }
            expect(out.nameEnd).toBeGreaterThan(out.nameStart);
            expect(Number.isInteger(out.pid) && Number.isInteger(out.cpu) && Number.isInteger(out.tgid)).toBe(true);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads a line the same whatever came before it', () => {
    fc.assert(
      fc.property(fc.array(nearly, { minLength: 1, maxLength: 5 }), nearly, (before, line) => {
        for (const format of FORMATS) {
          const parser = createParser(head(format));
          const warm = new TraceLine();
          for (const other of before.filter((l) => !/print|mark_write/.test(l))) {
            const buf = bytes(other);
            parser.parse(buf, 0, buf.length, warm);
          }
          const buf = bytes(line);
          const fresh = new TraceLine();
          parser.parse(buf, 0, buf.length, warm);
          createParser(head(format)).parse(buf, 0, buf.length, fresh);
          expect(warm.kind).toBe(fresh.kind);
          if (warm.kind === LineKind.Event && format !== 'csv') {
            const { ts, cpu, pid, tgid, commStart, commEnd, nameStart, nameEnd, argsStart, argsEnd } = fresh;
            expect(warm).toMatchObject({
              ts,
              cpu,
              pid,
              tgid,
              commStart,
              commEnd,
              nameStart,
              nameEnd,
              argsStart,
              argsEnd,
            });
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads the default layout as a regular expression does', () => {
    const LINE =
      /^(.{16})-(\d{1,7}) +(?:\( *(?:(\d+)|-+)\) +)?\[(\d{1,4})\] (?:([^ \d]\S{3,4}) )? *(\d+)\.(\d{1,9}): +([a-z_]\w*):(?: +(.*))?$/i;
    const parser = createParser(head('ftrace'));
    const out = new TraceLine();
    fc.assert(
      fc.property(
        fc.record({
          comm: fc.string({ unit: fc.constantFrom('a', 'b', ' ', '-', '1', '[', ']', '/', ':'), maxLength: 15 }),
          pid: fc.integer({ min: 0, max: 4194304 }),
          tgid: fc.option(fc.integer({ min: 0, max: 4194304 })),
          cpu: fc.integer({ min: 0, max: 1023 }),
          flags: fc.constantFrom('', 'd... ', '...1. ', '.l.2. ', 'dNh2. '),
          seconds: fc.oneof(fc.nat(20), fc.nat(99_999), fc.nat(9_000_000)),
          fraction: fc.nat(999_999_999),
          digits: fc.constantFrom(6, 6, 6, 9),
        }),
        ({ comm, pid, tgid, cpu, flags, seconds, fraction, digits }) => {
          const time = `${String(seconds).padStart(5)}.${String(fraction).padStart(9, '0').slice(0, digits)}`;
          const group = tgid === null ? '' : `(${String(tgid).padStart(7)}) `;
          const line = `${comm.padStart(16)}-${String(pid).padEnd(7)} ${group}[${String(cpu).padStart(3, '0')}] ${flags} ${time}: fault: a=1`;
          const expected = LINE.exec(line);
          const buf = bytes(line);
          parser.parse(buf, 0, buf.length, out);
          expect(expected).not.toBeNull();
          expect(out).toMatchObject({
            kind: LineKind.Event,
            pid,
            tgid: tgid ?? -1,
            cpu,
            commStart: 16 - comm.trimStart().length,
            commEnd: 16,
            ts: seconds * 1e9 + (digits === 9 ? fraction : Math.floor(fraction / 1000) * 1000),
          });
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('detection', () => {
  it('never throws', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 30 }), fc.option(fc.constantFrom(...FORMATS)), (lines, forced) => {
        const found = detectFormat(bytes(lines.join('\n')), forced ?? undefined);
        expect('parser' in found || found.tryThis.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
