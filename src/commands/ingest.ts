// Why: stores every event of a trace in SQLite, for arbitrary questions.
import * as Flags from '@oclif/core/flags';
import { jsonText } from '../report/shared/serialize.ts';
import { ingestText } from '../report/terminal/ingest.ts';
import type { InputError } from '../util/errors.ts';
import { EXIT } from '../util/exit-codes.ts';
import { writeOut } from '../util/output.ts';
import { terminal } from '../util/terminal.ts';
import { BaseCommand } from './base.ts';
import { forceFlag, mergeFlag, screenFlags, traceFlags, tracesArg } from './shared/flags.ts';
import { ruleFlags, setUpRules } from './shared/rule-flags.ts';
import { runIngest } from './shared/run-ingest.ts';
import { exitCodeWith, tellUnreadable } from './shared/unreadable.ts';

export default class Ingest extends BaseCommand {
  static override summary = 'Read traces into an SQLite store: all events, losses, pins and findings.';
  static override description =
    `Writes one table per event type with typed columns for its arguments, a view over all events, and the findings of \`check\`. Plain \`sqlite3 x.db\` can read it. The store is created under a temporary name and renamed when complete: an interrupted ingest leaves nothing behind.

Directories and globs are accepted too. If some of several traces cannot be read, they are skipped and listed at the end.

The exit code is 0 when the store was made, whatever was found; 4 when some of several traces could not be read.`;

  static override examples = [
    '<%= config.bin %> ingest trace.txt -o x.db',
    '<%= config.bin %> ingest host1.txt.gz host2.txt.gz -o both.db',
    '<%= config.bin %> ingest captures/ -o night.db',
    '<%= config.bin %> ingest --no-check trace.txt -o events.db',
  ];

  static override args = { trace: tracesArg };
  static override flags = {
    output: Flags.string({ char: 'o', summary: 'the store to write', helpValue: 'FILE.db', required: true }),
    force: forceFlag,
    check: Flags.boolean({
      summary: 'replay the pins and run the rules; --no-check stores only events and losses, in half the time',
      default: true,
      allowNo: true,
    }),
    json: Flags.boolean({ summary: 'print the summary as JSON (pindrift.ingest/1)' }),
    ...traceFlags,
    ...mergeFlag,
    ...ruleFlags,
    ...screenFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Ingest);
    const unreadable: InputError[] = [];
    const setup = await setUpRules(flags);
    const summary = await runIngest(args.trace, { ...flags, out: flags.output, setup, unreadable });
    const { color, width } = terminal(process.stdout, flags.color);
    if (!flags.quiet)
      await writeOut([flags.json ? `${jsonText(summary, 2)}\n` : ingestText(summary, { color, width })]);
    tellUnreadable(unreadable, 'traces');
    this.exit(exitCodeWith(EXIT.clean, unreadable));
  }
}
