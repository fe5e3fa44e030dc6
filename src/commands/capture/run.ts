// Why: record and check in one command, on the affected machine.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { NOT_KEPT } from '../../contract/report.ts';
import { InputError } from '../../util/errors.ts';
import { EXIT } from '../../util/exit-codes.ts';
import { checkWritable } from '../../util/output.ts';
import { remove, removeAtEnd, temporaryFolder } from '../../util/temporary.ts';
import { BaseCommand } from '../base.ts';
import { recordFlags, scriptHere, scriptWords } from '../shared/capture-plan.ts';
import { failOnFlag, reportFlags, screenFlags, workersFlag } from '../shared/flags.ts';
import { printJudged } from '../shared/print-judged.ts';
import { ruleFlags } from '../shared/rule-flags.ts';
import { runCheck } from '../shared/run-check.ts';

export default class CaptureRun extends BaseCommand {
  static override summary = 'Record on this machine while a command runs, then check the pins.';
  static override description =
    `Creates the probes for the running kernel, enables them in a separate trace instance, runs the command (or waits for --duration or Ctrl-C), removes the probes, and checks the recording. Needs root.

The whole machine is recorded, to include reclaim, migration and I/O completion, unless a filter restricts it. Exit codes are those of \`check\`; the exit status of the command is in the header of the trace.`;

  static override examples = [
    '$ sudo <%= config.bin %> capture run -- ./my-program',
    '$ sudo <%= config.bin %> capture run --duration 30 --keep trace.txt.gz',
    '$ sudo <%= config.bin %> capture run -o report.html -- fio job.fio',
  ];

  // the words after `--` are the command
  static override strict = false;
  static override usage = 'capture run [OPTIONS] [-- COMMAND...]';
  static override flags = {
    ...recordFlags,
    keep: Flags.string({ summary: 'keep the trace in this file; compressed if it ends in .gz', helpValue: 'FILE' }),
    workers: workersFlag,
    ...reportFlags,
    'fail-on': failOnFlag,
    ...ruleFlags,
    ...screenFlags,
  };

  override async run(): Promise<void> {
    const { flags, argv, metadata } = await this.parse(CaptureRun);
    const isDefault = metadata.flags['fail-on']?.setFromDefault === true;
    const kept = flags.keep === undefined ? [] : [flags.keep];
    const code = await printJudged(this.config, flags, isDefault, kept, async (setup, pins) => {
      if (flags.keep !== undefined) checkWritable(flags.keep);
      if (process.getuid?.() !== 0) {
        throw new InputError('only root may record kernel events', {
          tryThis: 'sudo, or `pindrift capture script -o capture.sh` for somebody who has root',
        });
      }
      const folder = temporaryFolder();
      try {
        const trace = flags.keep ?? join(folder, 'trace.txt');
        const words = [...scriptWords(flags), '-o', trace, '--', ...argv.map(String)];
        await record(scriptHere(flags, this.config.version), folder, words, flags.keep !== undefined);
        // not earlier: while recording, Ctrl-C is for the script
        removeAtEnd(folder);
        const { report, ...rest } = await runCheck([trace], { ...flags, setup, pins });
        if (flags.keep === undefined) for (const one of report.traces) one.path = NOT_KEPT;
        return { report, ...rest };
      } finally {
        remove(folder);
      }
    });
    this.exit(code);
  }
}

/**
 * Ctrl-C ends the recording, which is then checked.
 * @param kept otherwise the script does not name a file that will be gone
 */
async function record(script: string, folder: string, words: readonly string[], kept: boolean): Promise<void> {
  const path = join(folder, 'capture.sh');
  writeFileSync(path, script);
  const env = kept ? process.env : { ...process.env, PINDRIFT_UNKEPT: '1' };
  const child = spawn('/bin/sh', [path, ...words], { stdio: ['inherit', 'inherit', 'inherit'], env });
  const passOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  process.on('SIGTERM', passOn);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
    if (code === 0) return;
    throw new InputError('nothing was recorded; see the messages above', {
      tryThis: code === EXIT.findings ? 'pindrift capture doctor' : `it exited with ${code}`,
    });
  } finally {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', passOn);
  }
}
