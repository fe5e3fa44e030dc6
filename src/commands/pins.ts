// Why: who held which pages, how long, and how each pin ended: the first look at the capture of a corruption.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { histogramCsv, histogramJson, pinsCsv, pinsJson } from '../pins/data.ts';
import { histogram, PIN_ORDERS, pinRows, sortRows } from '../pins/rows.ts';
import { histogramText, pinsText } from '../pins/text.ts';
import { writeOut } from '../util/output.ts';
import { terminal } from '../util/terminal.ts';
import { BaseCommand } from './base.ts';
import { screenFlags, traceFlags } from './shared/flags.ts';
import { loadPins } from './shared/load-pins.ts';
import { ruleFlags, setUpRules } from './shared/rule-flags.ts';

export default class Pins extends BaseCommand {
  static override summary = 'List pins: owner, API, flags, how long they were held, and how they ended.';
  static override description =
    `Pins that one call took on neighbouring pages form one row (--each: one row per page). Hold times: "> 1 s" is a pin not released before the end of the trace; "< 1 s" is a pin whose release was not recorded, but by then the page was free or its I/O had ended.

States: released; presumed (its release was not recorded); held (to the end of the trace); orphan (still held when its address space ended).`;

  static override examples = [
    '<%= config.bin %> pins trace.txt.gz --sort held --limit 10',
    '<%= config.bin %> pins x.db --longterm --state held',
    '<%= config.bin %> pins x.db --histogram',
    '<%= config.bin %> pins x.db --pid 157 --csv > pins.csv',
  ];

  static override args = {
    source: Args.string({ description: 'a store, or a trace', required: true, ignoreStdin: true }),
  };
  static override flags = {
    pid: Flags.integer({ summary: 'only this thread or process', min: 0, helpValue: 'PID' }),
    comm: Flags.string({ summary: 'only tasks of this name', helpValue: 'NAME' }),
    mm: Flags.string({ summary: 'only this address space', helpValue: '0xffff...' }),
    addr: Flags.string({ summary: 'only this page of a process, given by any address in it', helpValue: '0x7f...' }),
    page: Flags.string({ summary: 'only this page: page frame number or struct page pointer', helpValue: '0x...' }),
    state: Flags.option({ options: ['released', 'presumed', 'held', 'orphan'] as const })({
      summary: 'only pins in this state: released, presumed, held or orphan',
      helpValue: 'STATE',
    }),
    api: Flags.string({ summary: 'only pins taken by this kernel function', helpValue: 'pin_user_pages' }),
    longterm: Flags.boolean({ summary: 'only pins taken with FOLL_LONGTERM' }),
    'held-longer': Flags.string({ summary: 'only pins held longer than this', helpValue: '10ms' }),
    sort: Flags.option({ options: PIN_ORDERS, default: 'start' })({
      summary: 'start (trace order), held (longest first) or pages (most first)',
      helpValue: 'ORDER',
    }),
    limit: Flags.integer({ summary: 'at most this many rows', min: 1, helpValue: 'N' }),
    each: Flags.boolean({ summary: 'one row per page' }),
    histogram: Flags.boolean({ summary: 'count pins by hold time', exclusive: ['limit', 'each'] }),
    json: Flags.boolean({ summary: 'print JSON (pindrift.pins/1)', exclusive: ['csv'] }),
    csv: Flags.boolean({ summary: 'print CSV' }),
    ...traceFlags,
    ...ruleFlags,
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Pins);
    const look = terminal(process.stdout, flags.color);
    const setup = await setUpRules(flags);
    const again = flags.rules !== undefined || flags.config !== undefined;
    const loaded = await loadPins(args.source, flags, { ...flags, setup, again });
    if (flags.histogram) {
      const unit = loaded.traces.some(({ timeUnit }) => timeUnit === 'ns') ? 'ns' : 'ticks';
      const times = histogram(loaded.pins, loaded.traces, unit);
      if (flags.json) await writeOut([histogramJson(unit, times)]);
      else await writeOut(flags.csv ? histogramCsv(times) : histogramText(times, unit, look));
      return;
    }
    const all = sortRows(pinRows(loaded.pins, loaded.traces, flags.each), flags.sort);
    const rows = all.slice(0, flags.limit);
    if (flags.json) await writeOut(pinsJson(rows, loaded));
    else await writeOut(flags.csv ? pinsCsv(rows, loaded) : pinsText(rows, all.length, loaded, look));
  }
}
