// Why: shows a finding from pin to harm, or the history of any page, address, mm or thread, with the lines that prove
// it and the lines around them.
import { existsSync } from 'node:fs';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { loadReporter, pieces } from '../report/index.ts';
import { type StorySelection, selectionWords, storySelection } from '../story/selection.ts';
import { InputError } from '../util/errors.ts';
import { writeOut } from '../util/output.ts';
import { terminal } from '../util/terminal.ts';
import { BaseCommand } from './base.ts';
import { mergeFlag, screenFlags, traceFlags } from './shared/flags.ts';
import { ruleFlags, settled, setUpRules } from './shared/rule-flags.ts';
import type { TraceOptions } from './shared/run-check.ts';
import { storyOf } from './shared/story-of.ts';

type Wanted = TraceOptions & { context: number; color?: boolean | undefined };

/** The last word may be a number; the words before it are files. A single second word is always a number. */
function split(words: readonly string[]): { sources: string[]; last: string | undefined } {
  const [first, ...others] = words;
  if (first !== undefined && /^:?\d+$/.test(first) && !existsSync(first) && others.some((word) => existsSync(word))) {
    throw new InputError('the trace or store comes first', { tryThis: `pindrift show ${others.join(' ')} ${first}` });
  }
  const last = words.at(-1);
  const isNumber = words.length === 2 ? !existsSync(words[1]) : /^:?\d+$/.test(last ?? '');
  if (words.length < 2 || !isNumber) return { sources: [...words], last: undefined };
  return { sources: words.slice(0, -1), last };
}

/** `:1096` is a record. */
const recordOf = (n: string | undefined): number | undefined =>
  n !== undefined && /^:\d{1,15}$/.test(n) ? Number(n.slice(1)) : undefined;

function findingNumber(n: string | undefined): number | undefined {
  if (n === undefined) return undefined;
  if (/^[1-9]\d{0,14}$/.test(n)) return Number(n);
  throw new InputError(`${n} is neither the number of a finding nor of a record (\`:1096\`)`, {
    tryThis: 'pindrift show --help',
  });
}

export default class Show extends BaseCommand {
  static override summary = 'Show one finding step by step, from pin to harm, with its trace lines.';
  static override description =
    'With --page, --pfn, --addr, --mm, --pid, --since or --until it shows the history of a page, an address, an ' +
    'address space, a thread or a time span, with or without a finding: who mapped, pinned, protected, unmapped, ' +
    'copied, completed and released. Several of these flags restrict it further.';
  static override examples = [
    '<%= config.bin %> show x.db 1',
    '<%= config.bin %> show trace.txt.gz 1 --context 3',
    '<%= config.bin %> show trace.txt.gz 1 --mail > mail.txt',
    '<%= config.bin %> show trace.dat :1096 --context 3',
    '<%= config.bin %> show x.db --pfn 0x47b3c',
    '<%= config.bin %> show trace.txt.gz --addr 0x7f02b2792000 --since 20.5 --until 21',
  ];

  static override args = {
    source: Args.string({
      description: 'a store, or a trace (which is checked first), or the per-CPU files of one capture',
      required: true,
      ignoreStdin: true,
    }),
    n: Args.string({
      description:
        'number of the finding, as `check` and `report` print it; default: all; or the number of a record of a ' +
        'recording, as they print it: `:1096`',
      ignoreStdin: true,
    }),
  };
  // several files before the number
  static override strict = false;
  static override flags = {
    context: Flags.integer({
      char: 'C',
      summary: 'lines of the trace to show before and after each step',
      helpValue: 'LINES',
      default: 0,
      min: 0,
      max: 1000,
    }),
    page: Flags.string({
      summary: 'history of this page: page frame number or struct page pointer',
      helpValue: '0x...',
    }),
    pfn: Flags.string({ summary: 'history of this page frame number', helpValue: '0x...', exclusive: ['page'] }),
    addr: Flags.string({ summary: 'history of this address (with --mm: of one process)', helpValue: '0x7f...' }),
    mm: Flags.string({ summary: 'history of this address space', helpValue: '0xffff...' }),
    pid: Flags.integer({ summary: 'history of this thread or process', min: 0, helpValue: 'PID' }),
    since: Flags.string({ summary: 'from this time of the trace', helpValue: '20.546772' }),
    until: Flags.string({ summary: 'up to this time of the trace', helpValue: '21.354566' }),
    ...traceFlags,
    ...mergeFlag,
    ...ruleFlags,
    mail: Flags.boolean({
      summary: 'as a mail to a mailing list: subject, what happened, the lines, how to reproduce it',
    }),
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { argv, flags } = await this.parse(Show);
    const { sources, last } = split(argv as string[]);
    const record = recordOf(last);
    if (record !== undefined) {
      const { recordText } = await import('./shared/record-text.ts');
      await writeOut(await recordText(sources[0], record, flags.context));
      return;
    }
    const n = findingNumber(last);
    const selection = storySelection(flags);
    if (selection !== undefined) {
      await this.#tellAnything({ sources, n }, selection, flags);
      return;
    }
    // the numbers are those of `check` and `report` with the same rules
    const setup = await setUpRules(flags);
    const again = flags.rules !== undefined || flags.config !== undefined;
    const told = await storyOf(sources, n, { ...flags, setup, again, warn: (text) => this.warn(text) });
    const { context } = told;
    const report = await settled(told.report, { ...setup, suppress: [] }, true);
    if (flags.mail) {
      const { mails } = await import('../report/html/mails.ts');
      await writeOut(mails(report, n, this.config.version));
      return;
    }
    const { color, unicode, width } = terminal(process.stdout, flags.color);
    const story = await loadReporter('story');
    await writeOut(pieces(story.render(report, { finding: n, context, color, unicode, width })));
  }
  async #tellAnything(
    args: { sources: string[]; n: number | undefined },
    selection: StorySelection,
    flags: Wanted,
  ): Promise<void> {
    if (args.n !== undefined) {
      throw new InputError(`finding ${args.n}, or ${selectionWords(selection)}: only one of them`, {
        tryThis: `pindrift show ${args.sources.join(' ')} ${args.n}`,
      });
    }
    const { pageStories } = await import('./shared/page-stories.ts');
    const { pageStoryText } = await import('../story/text.ts');
    const stories = await pageStories(args.sources, selection, { ...flags, warn: (text) => this.warn(text) });
    await writeOut(pageStoryText(stories, selectionWords(selection), terminal(process.stdout, flags.color)));
  }
}
