// Why: what to record next time. What decides most rules with one more probe comes first, each definition stands once, and
// three sets say what they cost, so that nobody arms a hundred probes for the sake of one.
import type { KernelCoverage, NextProbe, TraceCoverage } from '../../engine/coverage.ts';
import { count, grouped } from '../../util/count.ts';
import { clean, pad, padLeft, wrap } from '../shared/format.ts';
import { type Paint, painter } from '../shared/paint.ts';

interface Look {
  paint: Paint;
  width: number;
}

type Sets = TraceCoverage['sets'];

const SWITCH = 'events/';
/** Offsets of another release may be wrong. */
const stockWords = (era: string, stock = era): string =>
  `offsets are ${stock === era ? 'for' : `of ${clean(stock)},`} Debian's stock kernel on x86-64; \`pindrift capture ` +
  'probes` prints them for any other kernel';

const NO_GUP = 'No GUP call was recorded';
const WHY_GUP = 'They show who pinned which page; nothing can be checked without them';

/** Definitions are whole lines, to be copied: never wrapped. */
export function adviceLines({ first, next, sets, stock, trace }: TraceCoverage, look: Look): string[] {
  if (next.length === 0 && first === undefined) return [];
  if (trace.era === undefined) {
    const what = first === undefined ? 'The probes to add' : `${NO_GUP}: add its probes first. ${WHY_GUP}. The probes`;
    return ['', ...wrap(`${what} depend on the kernel: specify it with --kernel.`, look.width)];
  }
  const out = [''];
  if (first !== undefined && first.length > 0) {
    out.push(
      ...wrap(
        `${NO_GUP}: add these probes first. ${WHY_GUP} (kernel ${clean(trace.era)}; ${stockWords(trace.era, stock)}).`,
        look.width,
      ),
      '',
      ...definitions(first),
    );
    return [...out, '', ...setLines(sets, look, `--kernel ${clean(trace.era)}`)];
  }
  const known = next.filter(({ add }) => add.length > 0);
  if (known.length === 0)
    return [...out, ...wrap(`Kernel ${clean(trace.era)} has no function to probe for the missing events.`, look.width)];
  out.push(
    ...wrap(
      'Probes that would decide more rules, the most useful first. The lines go into ' +
        `/sys/kernel/tracing/dynamic_events (kernel ${clean(trace.era)}; ${stockWords(trace.era, stock)}), then: echo 1 > ` +
        '/sys/kernel/tracing/events/pindrift/enable',
      look.width,
    ),
  );
  const told = new Set<string>();
  for (const one of known) {
    const lines = one.add.filter((line) => !told.has(line));
    for (const line of lines) told.add(line);
    out.push('', ...wrap(nextWords(one), look.width - 2).map((line, i) => (i === 0 ? line : `  ${line}`)));
    out.push(...(lines.length === 0 ? ['  (above)'] : definitions(lines)));
  }
  return [...out, '', ...setLines(sets, look, `--kernel ${clean(trace.era)}`)];
}

function nextWords({ decides, helps, text }: NextProbe): string {
  const also = decides.length === 0 ? '' : 'also ';
  const parts = [
    ...(decides.length === 0 ? [] : [`decides ${decides.map(clean).join(', ')}`]),
    ...(helps.length === 0 ? [] : [`${also}needed, with others, for ${helps.map(clean).join(', ')}`]),
  ];
  return `${clean(text)}: ${parts.join('; ')}`;
}

const definitions = (lines: readonly string[]): string[] =>
  lines.map((line) => (line.startsWith(SWITCH) ? `  echo 1 > /sys/kernel/tracing/${line}` : `  ${line}`));

const WHAT = {
  minimal: 'pins, releases, faults, forks',
  recommended: 'all that verdicts depend on',
  full: 'with the most frequent events',
};

/**
 * `  recommended      78     36  3,911  all that verdicts rest on`
 * @param how to name the kernel on a command line
 */
function setLines(sets: Sets, look: Look, how: string): string[] {
  if (sets.length === 0) return [];
  const hasRates = sets.some(({ eventsPerSecond }) => eventsPerSecond !== undefined);
  const rows = sets.map((set) => ({
    name: set.name,
    lines: String(set.lines.length),
    rules: String(set.decides.length),
    rate: set.eventsPerSecond === undefined ? '' : `${set.isWhole ? '' : '> '}${grouped(set.eventsPerSecond)}`,
  }));
  const head = { name: 'set', lines: 'events', rules: 'rules', rate: hasRates ? 'a second' : '' };
  const wide = Math.max(9, ...rows.map(({ rate }) => rate.length));
  const line = ({ name, lines, rules, rate }: typeof head): string =>
    `  ${pad(name, 11)}  ${padLeft(lines, 6)}  ${padLeft(rules, 5)}${hasRates ? `  ${padLeft(rate, wide)}` : ''}  `;
  return [
    look.paint('bold', 'Three sets for the next capture'),
    look.paint('dim', line(head).trimEnd()),
    ...rows.map((row) => (line(row) + WHAT[row.name]).trimEnd()),
    ...(hasRates
      ? wrap(
          '"a second" counts the events of the set in this trace; > means that some of the set was not recorded.',
          look.width,
        )
      : wrap(MEASURED, look.width)),
    ...wrap(
      `\`pindrift coverage ${how} --set recommended\` prints the definitions; \`pindrift capture ` +
        `script${how.startsWith('--btf') ? ` ${how}` : ''} --tier recommended\` makes a script that records them.`,
      look.width,
    ),
  ];
}

/** docs/capture.md has the table. */
const MEASURED =
  'Of the events that the full set recorded of fio and stress-ng on kernel 6.12, the recommended set has 85 of 100 ' +
  'and the minimal one 76; of a short shell script, `--tier core` has 21 of 100.';

/** What a kernel can be asked, without a trace. */
export function kernelText(of: KernelCoverage, options: { color: boolean; width: number | undefined }): string {
  const look = { paint: painter(options.color), width: Math.max(40, options.width ?? 80) };
  const { from, impossible, kernel, named, rules, sets } = of;
  const full = sets.find(({ name }) => name === 'full');
  const head = `${clean(kernel)}: with all probes, ${full?.decides.length ?? 0} of ${count(rules, 'rule')} can be decided (${clean(from)})`;
  const never =
    impossible.length === 0
      ? []
      : wrap(
          `Not possible on this kernel, which lacks a function they need: ${impossible.map(clean).join(', ')}`,
          look.width,
        );
  return `${[...wrap(head, look.width), ...never, '', ...setLines(sets, look, clean(named))].join('\n')}\n`;
}
