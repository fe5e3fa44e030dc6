// `npm run honesty -- DIR`: damages every labelled capture in many ways and looks what is still claimed. Wrong is:
// `clean` although the evidence of a true drift was taken away, an error that the whole capture does not support, or
// a `certain` claim that the whole capture does not make. Exits 1 on any. Options: --sample N (every Nth capture and
// variant), --part I/N (share of the captures, for running several at once), --json FILE, --doc FILE (write the table
// between its honesty marks), --verbose, --long (all variants; otherwise one in eight of those that take kinds and fields away).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { CheckReport } from '../src/contract/report.ts';
import { check } from '../src/engine/check.ts';
import { contradictions } from '../src/engine/findings/contradiction.ts';
import { memoryInput } from '../src/engine/reading/input.ts';
import { textVariants, variants } from './damage.ts';
import { fieldVariants, kindVariants } from './damage-kinds.ts';
import { judgeDamaged, type Outcome, trueDrifts } from './judge-damaged.ts';
import { captures, type Truth } from './truth.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '1' },
    part: { type: 'string', default: '0/1' },
    json: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    doc: { type: 'string' },
    long: { type: 'boolean', default: false },
  },
});

async function verdictOf(name: string, text: string): Promise<CheckReport | undefined> {
  try {
    return await check([memoryInput(name, text)]);
  } catch (error) {
    if ((error as Error).name === 'InputError') return undefined;
    throw error;
  }
}

contradictions.isError = true;

/** One of so many variants of the damages that have hundreds per capture. */
const MANY = 8;

function* damages(text: string, seed: number, era: string | undefined) {
  yield* variants(text, seed);
  yield* textVariants(text);
  if (text.length > 600_000 && !values.long) return;
  for (const variant of kindVariants(text, seed, era)) yield { ...variant, many: true };
  for (const variant of fieldVariants(text, seed)) yield { ...variant, many: true };
}

const root = positionals[0] ?? 'fixtures';
const [part, parts] = values.part.split('/').map(Number);
const every = Number(values.sample);
const table = new Map<string, Record<Outcome, number>>();
const wrong: string[] = [];
let n = 0;
for (const [i, dir] of captures(root).entries()) {
  if (i % parts !== part || Math.floor(i / parts) % every !== 0) continue;
  const file = ['trace.txt', 'trace.txt.gz'].map((f) => join(dir, f)).find((f) => existsSync(f));
  if (file === undefined) continue;
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
  const truth = JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8')) as Truth;
  const whole = await verdictOf(dir, text);
  if (whole === undefined) continue;
  n++;
  // what the whole capture cannot show, a damaged one need not
  const drifts = whole.verdict === 'violated' ? trueDrifts(truth) : 0;
  let v = 0;
  for (const variant of damages(text, i, whole.traces[0]?.era)) {
    // unless the long form is asked for, a share of the many: which one depends on the capture, so that all have their turn
    if (!values.long && variant.many === true && (v + i) % MANY !== 0) {
      v++;
      continue;
    }
    if (v++ % every !== 0) continue;
    const damaged = await verdictOf(dir, variant.text);
    const j = judgeDamaged(whole, damaged, drifts, variant.many);
    const row = table.get(variant.kind) ?? { right: 0, undecided: 0, wrong: 0 };
    row[j.outcome]++;
    table.set(variant.kind, row);
    if (j.outcome === 'wrong') {
      wrong.push(`${relative(root, dir)}: ${variant.name}: ${j.why}`);
      if (values.verbose) console.log(wrong.at(-1));
    }
  }
}
console.log(`${n} captures`);
console.log('damage                         right  undecided  wrong');
for (const [kind, r] of [...table].sort())
  console.log(
    `${kind.padEnd(28)} ${String(r.right).padStart(7)} ${String(r.undecided).padStart(10)} ${String(r.wrong).padStart(6)}`,
  );
if (!values.verbose) for (const w of wrong.slice(0, 200)) console.log(w);
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ captures: n, table: Object.fromEntries(table), wrong }, null, 2)}\n`);
if (values.doc !== undefined) writeDoc(values.doc);
process.exitCode = wrong.length > 0 ? 1 : 0;

function writeDoc(path: string): void {
  const begin = '<!-- honesty: written by scripts/honesty.ts --doc -->\n';
  const text = readFileSync(path, 'utf8');
  const at = text.indexOf(begin) + begin.length;
  const rows = [...table].sort().map(([kind, r]) => `| ${kind} | ${r.right} | ${r.undecided} | ${r.wrong} |`);
  const lines = [
    `${n} captures, each damaged in every way:`,
    '',
    '| damage | right | honestly undecided | wrong |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ];
  writeFileSync(
    path,
    `${text.slice(0, at)}${lines.join('\n')}\n${text.slice(text.indexOf('<!-- end of honesty -->'))}`,
  );
}
