// Why: one finding as a story, from pin to harm, with the lines that prove it and what stands around them.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { loadReporter, pieces } from '../report/index.ts';
import { writeOut } from '../util/output.ts';
import { terminal } from '../util/terminal.ts';
import { BaseCommand } from './base.ts';
import { screenFlags, traceFlags } from './shared/flags.ts';
import { storyOf } from './shared/story-of.ts';

export default class Show extends BaseCommand {
  static override summary = 'Tell one finding as a story, from pin to harm, with its trace lines.';
  static override examples = ['<%= config.bin %> show x.db 1', '<%= config.bin %> show trace.txt.gz 1 --context 3'];

  static override args = {
    source: Args.string({
      description: 'a store, or a trace (which is checked first)',
      required: true,
      ignoreStdin: true,
    }),
    n: Args.integer({
      description: 'number of the finding, as `check` and `report` print it; all without',
      min: 1,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    context: Flags.integer({
      char: 'C',
      summary: 'lines of the trace to show before and behind each step',
      helpValue: 'LINES',
      default: 0,
      min: 0,
      max: 1000,
    }),
    ...traceFlags,
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Show);
    const { context, report } = await storyOf(args.source, args.n, { ...flags, warn: (text) => this.warn(text) });
    const { color, width } = terminal(process.stdout, flags.color);
    const story = await loadReporter('story');
    await writeOut(pieces(story.render(report, { finding: args.n, context, color, width })));
  }
}
