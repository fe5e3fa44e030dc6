// `node --import tsx scripts/rules-seen.ts [--doc FILE] [DIR...]`: which rule has spoken in captures of which kernel, as the
// table of docs/support.md (--doc writes it between its marks). DIR: folders of labelled captures, fixtures/ if none is
// named. A rule counts as well where its finding stands under another rule's. `broken_*` are made by lab/breaker.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { check } from '../src/engine/check.ts';
import { BUILT_IN } from '../src/rules/index.ts';
import type { Truth } from './truth.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { doc: { type: 'string' } } });

function* captures(dir: string): Generator<string> {
  for (const name of readdirSync(dir).sort()) {
    const path = join(dir, name);
    if (!statSync(path).isDirectory()) continue;
    if (existsSync(join(path, 'truth.json'))) yield path;
    yield* captures(path);
  }
}

/** How a rule came to speak: best first. `machine`: on another than x86-64 only */
type Seen = { by: 'kernel' | 'module'; machine: string | undefined };

const seen = new Map<string, Map<string, Seen>>();
const kernels = new Set<string>();
let count = 0;

function note(rule: string, kernel: string, now: Seen): void {
  const row = seen.get(rule) ?? new Map<string, Seen>();
  seen.set(rule, row);
  const before = row.get(kernel);
  const better =
    before === undefined || (before.by === 'module' && now.by === 'kernel') || before.machine !== undefined;
  if (better && !(before?.by === 'kernel' && now.by === 'module')) row.set(kernel, now);
}

for (const root of positionals.length > 0 ? positionals : ['fixtures'])
  for (const dir of captures(root)) {
    const truth = JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8')) as Truth;
    const kernel = /^\d+\.\d+/.exec(truth.kernel)?.[0] ?? truth.kernel;
    const machine = /arm64|mips64/.exec(`${dir} ${truth.kernel}`)?.[0];
    const by = truth.scenario.startsWith('broken_') ? 'module' : 'kernel';
    for (const name of readdirSync(dir).filter((name) =>
      /^(?:trace\.txt|trace\.dat|perf\.data)(?:\.gz)?$/.test(name),
    )) {
      count++;
      kernels.add(kernel);
      const report = await check([join(dir, name)]).catch(() => undefined);
      for (const { rule, also, harm } of report?.findings ?? [])
        for (const id of [rule, ...also, ...(harm.includes('lost-dma-write') ? ['lost-dma-write'] : [])])
          note(id, kernel, { by, machine });
    }
  }

const columns = [...kernels].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
const cell = (s: Seen | undefined): string =>
  s === undefined ? '' : s.by === 'module' ? '(yes)' : s.machine === undefined ? 'yes' : `yes (${s.machine})`;
const ids = BUILT_IN.map(({ meta }) => meta.id)
  .filter((id) => id !== 'insufficient-evidence')
  .sort();
const rows = [['rule', ...columns], columns.map(() => '---'), ...ids.filter((id) => seen.has(id))].map((row, i) =>
  i === 1 ? ['---', ...row] : typeof row === 'string' ? [row, ...columns.map((k) => cell(seen.get(row)?.get(k)))] : row,
);
const unseen = ids.filter((id) => !seen.has(id));
const text = `${rows.map((row) => `| ${(row as string[]).join(' | ')} |`).join('\n')}

${count} captures. ${
  unseen.length === 0
    ? 'Every rule has reported something on a running kernel.'
    : `Not yet seen on a kernel, and resting on traces written from its source: ${unseen.join(', ')}.`
}
`;
if (values.doc === undefined) process.stdout.write(text);
else {
  const marks = /(<!-- rules seen[^>]*-->\n)[\s\S]*?(\n<!-- end of rules seen -->)/;
  const before = readFileSync(values.doc, 'utf8');
  if (!marks.test(before)) throw new Error(`${values.doc} has no marks for the table`);
  writeFileSync(
    values.doc,
    before.replace(marks, (_, head, tail) => `${head}${text}${tail}`),
  );
}
