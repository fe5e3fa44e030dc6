// Why: runs the tests of a rule without setting up a test runner.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type Paint, painter } from '../../report/shared/paint.ts';
import { jsonText } from '../../report/shared/serialize.ts';
import { type FileOutcome, runTestFile, type TestOutcome, testFiles } from '../../testing/collect.ts';
import { watchCode } from '../../testing/watch-code.ts';
import { count } from '../../util/count.ts';
import { InputError } from '../../util/errors.ts';
import { escapeControl } from '../../util/escape.ts';
import { EXIT } from '../../util/exit-codes.ts';
import { describeFailure } from '../../util/failure.ts';
import { writeOut } from '../../util/output.ts';
import { terminal } from '../../util/terminal.ts';
import { BaseCommand } from '../base.ts';
import { screenFlags } from '../shared/flags.ts';

export default class RulesTest extends BaseCommand {
  static override summary = 'Run the tests of rules: files that call testRule().';
  static override description =
    `Searches the given directories for *.test.ts (and .js, .mjs ...) files that use pindrift/testing, or takes the given files. The files are code and are executed.

Exit codes: 0 all pass, 1 at least one fails, 2 a file cannot be loaded or none was found.`;
  static override examples = ['<%= config.bin %> rules test', '<%= config.bin %> rules test my-rules/my-rule.test.ts'];

  static override strict = false;
  static override args = {
    path: Args.string({ description: 'files or directories; default: this directory', ignoreStdin: true }),
  };
  static override flags = {
    json: Flags.boolean({ summary: 'print JSON: every test with its failure' }),
    verbose: Flags.boolean({ summary: 'also list the tests that pass' }),
    watch: Flags.boolean({ summary: 'run again whenever a file changes, until Ctrl-C', exclusive: ['json'] }),
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { argv, flags } = await this.parse(RulesTest);
    const folder = process.cwd();
    const paths = argv.length === 0 ? ['.'] : argv.map(String);
    const files = testFiles(paths, folder);
    if (files.length === 0) {
      throw new InputError('no rule tests found', {
        where: paths.join(' '),
        tryThis: 'pindrift rules new ID creates a rule and its test',
      });
    }
    const { color } = terminal(process.stdout, flags.color);
    const once = async (): Promise<boolean> => {
      const results: FileOutcome[] = [];
      for (const file of flags.watch ? testFiles(paths, folder) : files) results.push(await runTestFile(file, folder));
      await writeOut([flags.json ? `${jsonText(results, 2)}\n` : text(results, painter(color), flags.verbose)]);
      return results.some(({ outcomes }) => outcomes.some(({ failure }) => failure !== undefined));
    };
    if (flags.watch) await this.#watch(folder, once);
    else this.exit((await once()) ? EXIT.findings : EXIT.clean);
  }

  /**
   * Any change of a code file triggers a run; if a file cannot be loaded, the error is printed and the next change
   * awaited.
   */
  async #watch(folder: string, once: () => Promise<boolean>): Promise<never> {
    const changed = watchCode(folder);
    for (;;) {
      try {
        await once();
      } catch (error) {
        process.stderr.write(describeFailure(error).text);
      }
      process.stderr.write('pindrift: waiting for changes; Ctrl-C ends\n');
      await changed();
    }
  }
}

function text(results: readonly FileOutcome[], paint: Paint, verbose: boolean): string {
  const out: string[] = [];
  let failures = 0;
  let all = 0;
  for (const { file, outcomes } of results) {
    const failed = outcomes.filter(({ failure }) => failure !== undefined);
    failures += failed.length;
    all += outcomes.length;
    const mark = failed.length === 0 ? paint('green', 'ok  ') : paint('red', 'FAIL');
    out.push(
      `${mark}  ${escapeControl(file)}  ${count(outcomes.length, 'test')}${failed.length === 0 ? '' : `, ${failed.length} failed`}`,
    );
    for (const outcome of outcomes) out.push(...lines(outcome, paint, verbose));
  }
  out.push('', `${count(all, 'test')}${failures === 0 ? ', all pass' : `, ${failures} failed`}`, '');
  return out.join('\n');
}

function lines({ name, failure }: TestOutcome, paint: Paint, verbose: boolean): string[] {
  if (failure === undefined) return verbose ? [`      ${paint('green', 'ok')}    ${escapeControl(name)}`] : [];
  return [
    `      ${paint('red', 'FAIL')}  ${escapeControl(name)}`,
    ...failure
      .trimEnd()
      .split('\n')
      .map((line) => `            ${escapeControl(line)}`),
    '',
  ];
}
