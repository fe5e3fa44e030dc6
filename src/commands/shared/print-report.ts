// Why: destinations and formats of a report. All errors in the flags are reported before a trace is read; files are
// written before the exit code is decided.
import { extname } from 'node:path';
import type { CheckReport, DetailedReport } from '../../contract/report.ts';
import {
  describeFormat,
  formatOfEnding,
  loadReporter,
  pieces,
  type ReportFormat,
  reportEndings,
} from '../../report/index.ts';
import type { Reporter, ReportOptions } from '../../report/reporter.ts';
import { failureWords } from '../../report/shared/words.ts';
import { InputError } from '../../util/errors.ts';
import { writeFileWhole, writeOut } from '../../util/output.ts';
import { terminal } from '../../util/terminal.ts';
import { checkOutput, inputsOf } from './check-output.ts';

/** The report flags of flags.ts. */
export interface ReportFlags {
  json?: boolean;
  report?: ReportFormat | undefined;
  output?: string[] | undefined;
  verbose?: boolean;
  color?: boolean | undefined;
  quiet?: boolean;
  'on-undecided'?: 'error' | 'skip';
}

/** One report to make. */
interface Target {
  /** a path; `-` is standard output */
  path: string;
  format: ReportFormat;
  reporter: Reporter;
}

export class ReportPrinter {
  readonly #flags: ReportFlags;
  readonly #targets: readonly Target[];

  private constructor(flags: ReportFlags, targets: readonly Target[]) {
    this.#flags = flags;
    this.#targets = targets;
  }

  /** @param args the files, directories and globs that are read */
  static async for(flags: ReportFlags, args: readonly string[]): Promise<ReportPrinter> {
    const targets: Target[] = [];
    const inputs = inputsOf(args, flags);
    for (const [i, path] of (flags.output ?? ['-']).entries()) {
      if (path === '-' && flags.quiet) continue;
      const format = flags.json ? 'json' : (flags.report ?? formatFor(path));
      if (path !== '-') await checkOutput(path, [...inputs, ...(flags.output ?? []).slice(0, i)]);
      else if (describeFormat(format).binary && process.stdout.isTTY) throw binaryOnTerminal(format);
      targets.push({ path, format, reporter: await loadReporter(format) });
    }
    return new ReportPrinter(flags, targets);
  }

  /** Whether some report draws the lifetime of every pin. */
  get needsPins(): boolean {
    return this.#targets.some(({ reporter }) => reporter.renderDetailed !== undefined);
  }

  async print(detailed: DetailedReport, options: ReportOptions): Promise<void> {
    this.#tellFailures(detailed.report);
    const { color, verbose } = this.#flags;
    for (const { path, reporter } of this.#targets) {
      const screen = path === '-' ? terminal(process.stdout, color) : { color: false, unicode: true, width: undefined };
      const { color: wants, unicode, width } = screen;
      const onUndecided = this.#flags['on-undecided'];
      const wanted = { verbose, color: wants, unicode, width, onUndecided, root: process.cwd(), ...options };
      const output = reporter.renderDetailed?.(detailed, wanted) ?? reporter.render(detailed.report, wanted);
      if (path === '-') await writeOut(pieces(output));
      else writeFileWhole(path, pieces(output));
    }
  }

  /** Prints failed rules of the user that the terminal would not show otherwise. */
  #tellFailures(report: CheckReport): void {
    const shown = this.#targets.find(({ path }) => path === '-');
    if (shown === undefined || describeFormat(shown.format).findingsOnly !== true) return;
    for (const words of failureWords(report)) process.stderr.write(`pindrift: ${words}\n`);
  }
}

/**
 * The format of a file name: the first with its extension; that of the terminal for standard output, devices and names
 * without extension.
 * @throws InputError for an unknown extension
 */
function formatFor(path: string): ReportFormat {
  const ending = path === '-' || path.startsWith('/dev/') ? '' : extname(path).slice(1).toLowerCase();
  const format = ending === '' ? 'pretty' : formatOfEnding(ending);
  if (format !== undefined) return format;
  throw new InputError(`no report format has the extension .${ending}`, {
    where: path,
    tryThis: `use one of .${reportEndings.join(', .')}, or --report FORMAT`,
  });
}

function binaryOnTerminal(format: ReportFormat): InputError {
  return new InputError(`a ${format} report is binary and cannot be printed on a terminal`, {
    tryThis: `-o report.${describeFormat(format).extension}`,
  });
}
