import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader, type LineReaderOptions } from '../../src/parsers/bytes/lines.ts';
import { plainBuffer, scannedBuffer } from '../../src/parsers/bytes/newlines.ts';
import { text } from '../../src/util/bytes.ts';
import { LineMemory } from '../../src/util/line-memory.ts';
import { bytes, source } from './read.ts';

interface Line {
  text: string;
  number: number;
  offset: number;
  tooLong?: boolean;
  unterminated?: boolean;
}

async function linesOf(buf: Uint8Array, options: LineReaderOptions = {}, piece?: number): Promise<Line[]> {
  const lines = new LineReader(source(buf, piece), options);
  const all: Line[] = [];
  while (await lines.fill()) {
    while (lines.next()) {
      all.push({
        text: text(lines.buf, lines.start, lines.end),
        number: lines.number,
        offset: lines.offset,
        ...(lines.tooLong && { tooLong: true }),
        ...(lines.unterminated && { unterminated: true }),
      });
    }
  }
  return all;
}

describe('LineReader', () => {
  it('gives lines with number and place', async () => {
    expect(await linesOf(bytes('a\nbc\n\nd\n'))).toEqual([
      { text: 'a', number: 1, offset: 0 },
      { text: 'bc', number: 2, offset: 2 },
      { text: '', number: 3, offset: 5 },
      { text: 'd', number: 4, offset: 6 },
    ]);
  });

  it('counts places from where its part of a file begins', async () => {
    expect(await linesOf(bytes('a\nb\n'), { offset: 1000 })).toMatchObject([{ offset: 1000 }, { offset: 1002 }]);
  });

  it('cuts carriage returns, but only those before a newline', async () => {
    expect((await linesOf(bytes('a\r\n\r\nb\rc\r\r\n'))).map((line) => line.text)).toEqual(['a', '', 'b\rc\r']);
  });

  it('flags a last line without a newline: it may be cut', async () => {
    expect(await linesOf(bytes('a\nb'))).toEqual([
      { text: 'a', number: 1, offset: 0 },
      { text: 'b', number: 2, offset: 2, unterminated: true },
    ]);
    expect(await linesOf(bytes(''))).toEqual([]);
  });

  it('shows only the beginning of a line that is too long, and continues after it', async () => {
    const long = 'x'.repeat(100);
    for (const chunk of [8, 16, 1000]) {
      const lines = await linesOf(bytes(`a\n${long}\nb\n`), { chunk, longest: 10 });
      expect(lines.map(({ number, tooLong, offset }) => ({ number, tooLong, offset }))).toEqual([
        { number: 1, tooLong: undefined, offset: 0 },
        { number: 2, tooLong: true, offset: 2 },
        { number: 3, tooLong: undefined, offset: 103 },
      ]);
    }
  });

  it('does not keep a file without newlines in memory', async () => {
    const lines = new LineReader(source(new Uint8Array(1 << 20).fill(120)), { chunk: 4096, longest: 10_000 });
    let count = 0;
    while (await lines.fill()) {
      while (lines.next()) {
        count++;
      }
    }
    expect(count).toBe(1);
    expect(lines.buf.length).toBeLessThan(300_000);
  });

  it('keeps nothing of a line that is too long, however small the pieces are', async () => {
    let given = 0;
    const pieces = {
      read(into: Uint8Array) {
        const length = given < 1 << 20 ? 64 : 0;
        given += length;
        into.fill(120, 0, length);
        return length;
      },
    };
    const lines = new LineReader(pieces, { chunk: 4096, longest: 10_000 });
    while (await lines.fill()) {
      while (lines.next()) {
        // handed over once
      }
      if (lines.number > 0) expect(lines.position).toBe(given);
    }
    expect(lines.number).toBe(1);
  });

  it('gives the same lines whatever pieces the bytes come in', async () => {
    const part = fc.constantFrom('\n', '\r\n', 'abc', 'x', '', '"', 'a longer piece of a line', '\r');
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async (parts, chunk, piece, quoted) => {
          const buf = bytes(parts.join(''));
          expect(await linesOf(buf, { chunk, quoted, longest: 1000 }, piece)).toEqual(await linesOf(buf, { quoted }));
        },
      ),
    );
  });

  it('loses no byte of the text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom('a', '\n', '\r', ' ') }), async (s) => {
        const lines = await linesOf(bytes(s), { chunk: 7 });
        expect(lines.map((line) => line.text)).toEqual(
          s.split('\n').flatMap((line, i, all) => {
            const last = i === all.length - 1;
            return last ? (line === '' ? [] : [line]) : [line.replace(/\r$/, '')];
          }),
        );
      }),
    );
  });

  it('keeps the newlines of quoted cells, and counts them', async () => {
    expect(await linesOf(bytes('a,"b\nc"\r\nd\n"e""\n",f\n'), { quoted: true, chunk: 4 })).toEqual([
      { text: 'a,"b\nc"', number: 1, offset: 0 },
      { text: 'd', number: 3, offset: 9 },
      { text: '"e""\n",f', number: 4, offset: 11 },
    ]);
  });
});

describe('the newline scan', () => {
  it('finds what a plain loop finds', () => {
    const fast = scannedBuffer(5000, LineMemory.of());
    const plain = plainBuffer(5000);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(10, 10, 120, 0, 255, 11, 9), { maxLength: 3000 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        (content, skipped, left) => {
          fast.bytes.fill(10);
          fast.bytes.set(content);
          plain.bytes.set(content);
          const from = Math.min(skipped, content.length);
          const to = Math.max(from, content.length - left);
          const count = fast.scan(from, to);
          expect(count).toBe(plain.scan(from, to));
          expect([...fast.offsets.subarray(0, count)]).toEqual([...plain.offsets.subarray(0, count)]);
        },
      ),
    );
  });
});
