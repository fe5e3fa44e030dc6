// Why: a rule is tried on all available captures before it is trusted: where it reports, where it could but does not,
// where it is undecided, and the time it takes.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { Timing } from '../../engine/running/timing.ts';
import { hitsOf, runJson, runText } from '../../report/terminal/rules-run.ts';
import { BUILT_IN } from '../../rules/index.ts';
import { EXIT } from '../../util/exit-codes.ts';
import { writeOut } from '../../util/output.ts';
import { terminal } from '../../util/terminal.ts';
import { BaseCommand } from '../base.ts';
import { screenFlags, traceFlags } from '../shared/flags.ts';
import { namedTraces } from '../shared/named-traces.ts';
import { ruleFlags, setUpRules } from '../shared/rule-flags.ts';
import { runCheck } from '../shared/run-check.ts';
import { isStore, rulesAgain } from '../shared/stored.ts';
import { exitCodeWith, tellUnreadable, withEach } from '../shared/unreadable.ts';

export default class RulesRun extends BaseCommand {
  static override summary = 'Run rules over a corpus: where they report, and how long they take.';
  static override description =
    `Stores are fastest: the rules run on their events, without the text. Without --rules or a config all built-in rules run; with them, only the rules that are not built in.

The exit code is 0 whatever is found; 4 when some captures could not be read.`;
  static override examples = [
    '<%= config.bin %> rules run night.db --rules ./my-rule.ts',
    '<%= config.bin %> rules run captures/ --rules my-rules --json',
  ];

  static override args = {
    source: Args.string({
      description: 'stores, traces, or directories of traces',
      required: true,
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    json: Flags.boolean({ summary: 'print JSON (pindrift.rules-run/1)' }),
    ...traceFlags,
    ...ruleFlags,
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RulesRun);
    const { rules: given, running } = await setUpRules(flags);
    const builtIn = new Set(BUILT_IN.map(({ meta }) => meta.id));
    const own = given.filter(({ meta }) => !builtIn.has(meta.id));
    const rules = own.length > 0 ? own : given;
    const { all: each, unreadable } = await withEach(await namedTraces(args.source), async (source) => {
      const timing = new Timing();
      const setup = { rules, running: { ...running, observer: timing } };
      const report = isStore(source)
        ? await rulesAgain(source, setup)
        : (await runCheck([source], { ...flags, setup })).report;
      return hitsOf(source, report, timing.times);
    });
    const hits = each.flat();
    await writeOut(flags.json ? [runJson(hits)] : runText(hits, terminal(process.stdout, flags.color)));
    tellUnreadable(unreadable, 'captures');
    this.exit(exitCodeWith(EXIT.clean, unreadable));
  }
}
