// Why: shows rule authors the transitions with their lines, and the page table entries before and after.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type EventEntry, type EventFilter, eventNames, logEvents } from '../engine/event-log.ts';
import { withReading } from '../engine/reading/reading.ts';
import { hexFlag } from '../pins/selection.ts';
import { jsonText } from '../report/shared/serialize.ts';
import { InputError } from '../util/errors.ts';
import { nearest } from '../util/nearest.ts';
import { catalogueFor } from '../vocabulary/catalogue.ts';
import { BaseCommand } from './base.ts';
import { mergeFlag, traceFlags } from './shared/flags.ts';
import { ruleFlags, setUpRules } from './shared/rule-flags.ts';
import { onlyOne, withTraces } from './shared/run-check.ts';

/** Characters written at once. */
const CHUNK = 1 << 16;

export default class Events extends BaseCommand {
  static override summary = 'Print what happens to the mm in a trace, as rules see it.';
  static override description =
    `One line per transition of the replay (pin, cow, fork, release ...), with the page table entry before and after. With --kind also single kinds of raw events: taskExec, bioEnd, or those of a rule's own probes (with --rules); write events.zap where a transition has the same name.

Names for --kind: ${eventNames().slice(0, 12).join(', ')} ... ; for an unknown name the nearest one is suggested.`;

  static override examples = [
    '<%= config.bin %> events trace.txt --kind cow --kind drift',
    '<%= config.bin %> events trace.txt --addr 0x7f13e7f30000',
    '<%= config.bin %> events trace.txt --line-from 1000 --line-to 1100 --json',
  ];

  static override args = {
    trace: Args.string({
      description: 'a trace, or the per-CPU files of one capture; - is standard input',
      required: true,
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    kind: Flags.string({
      summary: 'only this transition or kind of event; may be given more than once',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
    }),
    mm: Flags.string({ summary: 'only this address space', helpValue: '0xffff...' }),
    addr: Flags.string({ summary: 'only this page of a process, given by any address in it', helpValue: '0x7f...' }),
    pid: Flags.integer({ summary: 'only this thread', min: 0, helpValue: 'PID' }),
    'line-from': Flags.integer({ summary: 'from this line of the trace', min: 1, helpValue: 'LINE' }),
    'line-to': Flags.integer({ summary: 'up to this line of the trace', min: 1, helpValue: 'LINE' }),
    json: Flags.boolean({ summary: 'one JSON object per line' }),
    ...traceFlags,
    ...mergeFlag,
    rules: ruleFlags.rules,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Events);
    // a rule may define kinds of its own
    const rules = flags.rules === undefined ? [] : (await setUpRules(flags)).rules;
    const names = eventNames(catalogueFor(rules));
    const filter: EventFilter = {
      kinds: (flags.kind ?? []).map((kind) => nameOf(kind, names)),
      mm: flags.mm === undefined ? undefined : `0x${hexFlag('--mm', flags.mm)?.toString(16)}`,
      address: flags.addr === undefined ? undefined : Number(hexFlag('--addr', flags.addr)),
      pid: flags.pid,
      lineFrom: flags['line-from'],
      lineTo: flags['line-to'],
    };
    const out = new Out(flags.json ? jsonLine : textLine);
    await withTraces(args.trace, { ...flags, quiet: true }, async (traces) => {
      const trace = onlyOne(traces);
      await withReading(
        trace,
        { format: flags.format, kallsyms: flags.kallsyms, kernel: flags.kernel, rules },
        async (reading) => {
          logEvents(reading.model, filter, (entry) => out.put(entry));
          await reading.read();
        },
      );
    });
    out.flush();
  }
}

function nameOf(kind: string, names: readonly string[]): string {
  if (names.includes(kind)) return kind;
  const meant = nearest(kind, names);
  throw new InputError(`--kind ${kind}: no such transition or event`, {
    tryThis: meant === undefined ? 'docs/rules-guide/reference.md lists them' : `--kind ${meant}`,
  });
}

/** The replay is synchronous, so output is written synchronously. */
class Out {
  readonly #line: (entry: EventEntry) => string;
  #text = '';

  constructor(line: (entry: EventEntry) => string) {
    this.#line = line;
  }

  put(entry: EventEntry): void {
    this.#text += this.#line(entry);
    if (this.#text.length > CHUNK) this.flush();
  }

  flush(): void {
    process.stdout.write(this.#text);
    this.#text = '';
  }
}

const jsonLine = (entry: EventEntry): string => `${jsonText(entry)}\n`;

function textLine({ line, cpu, pid, fn, kind, what, entries }: EventEntry): string {
  const place = `:${line}`.padEnd(9) + `cpu${cpu ?? '?'}`.padEnd(6) + String(pid ?? '?').padEnd(8);
  const head = `${place}${kind.padEnd(16)} ${what}${fn === undefined ? '' : `  ${fn}()`}\n`;
  return (
    head +
    entries
      .map(
        ({ mm, address, before, after }) =>
          `${' '.repeat(23)}${address} of mm ${mm}: ${before === undefined || before === after ? after : `${before} -> ${after}`}\n`,
      )
      .join('')
  );
}
