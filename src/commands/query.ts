// Why: arbitrary read-only SQL on a store, with output for other tools.
import { existsSync } from 'node:fs';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { painter } from '../report/shared/paint.ts';
import { answerText, QUERY_FORMATS } from '../report/terminal/query.ts';
import { InputError } from '../util/errors.ts';
import { writeOut } from '../util/output.ts';
import { terminal } from '../util/terminal.ts';
import { BaseCommand } from './base.ts';
import { screenFlags } from './shared/flags.ts';
import { ask, sqlOf } from './shared/query-run.ts';

export default class Query extends BaseCommand {
  static override summary = 'Run an SQL query on a store, read-only.';
  static override description =
    `One statement that returns rows. In addition to SQLite's own functions there are hex64(X), which formats a 64-bit number as the kernel prints it, and pfn(PAGE) or pfn(PAGE, TRACE), the page frame number of a struct page pointer, null if it is not known from the trace. 0xffff... is a number in SQL.

Tables: event (every event, addresses in hex), a view per event type, arg (one row per argument), pin, finding, evidence, trace, loss.

On a terminal the result is a table as wide as the terminal; in a pipe it is complete CSV with a header line (\`sqlite3 -csv -header\`). --format overrides this. Integers are exact; in JSON those beyond 2^53 are strings. Control characters and bytes that are not text are shown as \\x1b.`;

  static override examples = [
    '<%= config.bin %> query x.db "select rule, count(*) from finding group by rule"',
    '<%= config.bin %> query x.db "select line, time, cpu, comm, event, args from event where line between 590 and 600 order by line"',
    '<%= config.bin %> query x.db "select hex64(addr), hex64(pfn), held / 1e6 as ms from pin order by held desc" --format csv',
    '<%= config.bin %> query x.db - < question.sql',
  ];

  static override args = {
    store: Args.string({ description: 'a store made by ingest or check --save', required: true, ignoreStdin: true }),
    sql: Args.string({
      description: 'the statement; - reads it from standard input',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    format: Flags.option({ options: QUERY_FORMATS })({
      summary: 'output format: table, csv, json (one array) or ndjson (one object per line)',
      helpValue: 'FORMAT',
    }),
    json: Flags.boolean({ summary: 'the same as --format json', exclusive: ['format'] }),
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Query);
    const { color, width } = terminal(process.stdout, flags.color);
    const format = flags.json ? 'json' : (flags.format ?? (process.stdout.isTTY ? 'table' : 'csv'));
    if (!existsSync(args.store) && existsSync(args.sql)) {
      throw new InputError('the store comes first', { tryThis: `pindrift query ${args.sql} "${args.store}"` });
    }
    const sql = await sqlOf(args.sql);
    const { openStore } = await import('../store/open.ts');
    const store = openStore(args.store);
    try {
      await writeOut(answerText(ask(store, sql), format, { paint: painter(color), width }));
    } finally {
      store.close();
    }
  }
}
