// Why: changing a random byte nearly always makes a line unreadable. These changes know the parts of a line (task, CPU,
// time, event, place, key=value), so that the result is read and contains an absurd value.
import type { Random } from './random.ts';

/** Numbers at the edges of what a double, an int, a long, a page number or a counter holds. */
const NUMBERS = [
  '0',
  '1',
  '-1',
  '2',
  '512',
  '4096',
  '262144',
  '2147483647',
  '2147483648',
  '-2147483648',
  '4294967295',
  '4294967296',
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
  '18446744073709551615',
  '18446744073709551616',
  '99999999999999999999999999999999',
  '0x0',
  '0xfff',
  '0x1000',
  '0x7fffffffffff',
  '0x7ffffffff000',
  '0xffff800000000000',
  '0xfffffffffffff000',
  '0xffffffffffffffff',
  '0x10000000000000000',
  '0xffffea0000000000',
  '0xffffea0000000040',
  '0x',
  '0xg',
  '1e309',
  'NaN',
  'Infinity',
  '(null)',
  '(fault)',
  '',
  '-',
  '007',
  '1_000',
];

/** Lines that stand among events. */
const LINES = [
  'CPU:1 [LOST 18446744073709551615 EVENTS]',
  'CPU:0 [LOST 3 EVENTS]',
  'CPU:1 [LOST EVENTS]',
  'CPU 1 is empty',
  '##### CPU 1 buffer started ####',
  '# tracer: nop',
  '# entries-in-buffer/entries-written: 10/99999999999   #P:2',
  '# pindrift-capture: 1',
  'Lost 18 events',
  '',
  '\u0000\u0000\u0000',
  '---------------------------------',
  'Dumping ftrace buffer:',
  '   (ftrace buffer empty)',
  'cpus=2',
  '\u001b[31m red',
  '> quoted',
  'a'.repeat(5000),
  ' => handle_mm_fault',
  '<stack trace>',
];

/** UTF-8, byte by byte. */
const RIGHT_TO_LEFT = '\u00e2\u0080\u00ae';
const EMOJI = '\u00f0\u009f\u0098\u0080';

const TOKEN = /0x[0-9a-f]+|-?\d+(?:\.\d+)?/gi;
const FIELD = /[\w$]+=[^\s,]*/g;

type Change = (lines: string[], rnd: Random, other: readonly string[]) => void;

/** Changes of lines as a whole. */
const ORDER: readonly Change[] = [
  (lines, rnd) => lines.splice(rnd.below(lines.length), 1 + rnd.below(rnd.once(4) ? lines.length : 3)),
  (lines, rnd) => lines.splice(rnd.below(lines.length + 1), 0, rnd.of(lines)),
  (lines, rnd) => {
    const [a, b] = [rnd.below(lines.length), rnd.below(lines.length)];
    [lines[a], lines[b]] = [lines[b], lines[a]];
  },
  (lines, rnd) => {
    const from = rnd.below(lines.length);
    const piece = lines.slice(from, from + 1 + rnd.below(12));
    lines.splice(rnd.below(lines.length + 1), 0, ...piece);
  },
  (lines, rnd, other) => {
    const from = rnd.below(other.length);
    lines.splice(rnd.below(lines.length + 1), 0, ...other.slice(from, from + 1 + rnd.below(12)));
  },
  (lines, rnd) => lines.splice(rnd.below(lines.length + 1), 0, rnd.of(LINES)),
  (lines, rnd) => {
    const at = rnd.below(lines.length);
    for (let n = rnd.once(8) ? 300 : rnd.below(20); n > 0; n--) lines.splice(at, 0, lines[at]);
  },
];

/** Changes of one line. */
const LINE: readonly ((line: string, rnd: Random, other: string) => string)[] = [
  (line, rnd) => replaceOne(line, TOKEN, rnd, () => rnd.of(NUMBERS)),
  (line, rnd, other) => replaceOne(line, TOKEN, rnd, () => rnd.of(other.match(TOKEN) ?? ['7'])),
  (line, rnd) => replaceOne(line, TOKEN, rnd, (token) => nearby(token, rnd)),
  (line, rnd) => replaceOne(line, FIELD, rnd, () => ''),
  (line, rnd) => replaceOne(line, FIELD, rnd, (field) => `${field} ${field}`),
  (line, rnd) => replaceOne(line, FIELD, rnd, (field) => `${field.split('=')[0]}=${rnd.of(NUMBERS)}`),
  (line, rnd, other) => replaceOne(line, FIELD, rnd, () => rnd.of(other.match(FIELD) ?? ['x=1'])),
  (line, _rnd, other) => line.replace(/: \w+: /, () => /: \w+: /.exec(other)?.[0] ?? ': x: '),
  (line, _rnd, other) => line.replace(/\([^)]*\)/, () => /\([^)]*\)/.exec(other)?.[0] ?? '()'),
  (line, rnd) => line.slice(0, rnd.below(line.length + 1)),
  (line, rnd) => {
    const at = rnd.below(line.length + 1);
    return line.slice(0, at) + String.fromCharCode(rnd.below(256)) + line.slice(at + rnd.below(2));
  },
  (line, rnd) => `${line}${` k${rnd.below(9)}=${rnd.of(NUMBERS)}`.repeat(1 + rnd.below(rnd.once(20) ? 3000 : 4))}`,
  (line, rnd) => line.replace(/^ *\S*?-/, () => `${rnd.of(['<idle>', 'a-b-1', '=1+1', '   ', RIGHT_TO_LEFT, EMOJI])}-`),
];

/** Many changes at once make cases nobody reads; most get a few. */
export function mutateText(seed: string, other: string, rnd: Random): string {
  const lines = seed.split('\n');
  const strange = other.split('\n');
  for (let n = 1 + rnd.below(rnd.once(5) ? 20 : 4); n > 0; n--) {
    if (lines.length === 0) lines.push('');
    if (rnd.once(3)) rnd.of(ORDER)(lines, rnd, strange);
    else {
      const at = rnd.below(lines.length);
      lines[at] = rnd.of(LINE)(lines[at] ?? '', rnd, rnd.of(strange));
    }
  }
  const text = lines.join(rnd.once(40) ? '\r\n' : '\n');
  return rnd.once(30) ? text.slice(0, rnd.below(text.length + 1)) : text;
}

function replaceOne(line: string, what: RegExp, rnd: Random, by: (found: string) => string): string {
  const all = [...line.matchAll(what)];
  if (all.length === 0) return line;
  const found = rnd.of(all);
  return line.slice(0, found.index) + by(found[0]) + line.slice(found.index + found[0].length);
}

/** A number close by: the next page, the next pid, one less. */
function nearby(token: string, rnd: Random): string {
  if (token.includes('.')) return (Number(token) + rnd.of([-1, -0.000001, 0.000001, 1, 1e6])).toFixed(6);
  try {
    const step = rnd.of([-1n, 1n, 0x40n, 0x1000n, -0x1000n, 0x200000n]);
    const n = BigInt.asUintN(64, BigInt(token.replace(/^-/, '')) + step);
    return /^0x/i.test(token) ? `0x${n.toString(16)}` : n.toString();
  } catch {
    return token;
  }
}

/** What a text goes through on its way and loses nothing by. */
export const LOSSLESS: Readonly<Record<string, (text: string, rnd: Random) => string>> = {
  'CR LF': (text) => text.replaceAll('\n', '\r\n'),
  'quoted once': (text) => text.replace(/^/gm, '> ').replace(/> $/, ''),
  'with a BOM': (text) => `\u00ef\u00bb\u00bf${text}`,
  'blank lines between': (text) => text.replaceAll('\n', '\n\n'),
  'another pid': (text, rnd) => text.replaceAll(/-240 /g, `-${3000 + rnd.below(900)} `),
  'noise between': (text, rnd) =>
    text
      .split('\n')
      .flatMap((line) => (rnd.once(4) ? [line, `\u0007 ${rnd.of(LINES).slice(0, 40)}`] : [line]))
      .join('\n'),
  'comments between': (text, rnd) =>
    text
      .split('\n')
      .flatMap((line) => (rnd.once(4) ? [line, '# a remark'] : [line]))
      .join('\n'),
};
