// Why: every command fails the same way. A usage error or unusable input is exit code 2 and two lines on stderr; a bug
// of ours is 70. oclif alone would make a crash 1, which reads as "findings". (Not a command itself: the oclif
// settings in package.json leave this file out.)

import { Command } from '@oclif/core/command';
import { ExitError } from '@oclif/core/errors';
import { escapeControl } from '../util/escape.ts';
import { describeFailure } from '../util/failure.ts';

export abstract class BaseCommand extends Command {
  override warn(input: Error | string): Error | string {
    const text = typeof input === 'string' ? input : input.message;
    process.stderr.write(`pindrift: warning: ${escapeControl(text)}\n`);
    return input;
  }

  protected override async catch(error: Error): Promise<never> {
    const help = `${this.config.bin} ${(this.id ?? '').replaceAll(':', ' ')} --help`;
    const failure = describeFailure(error, { help, debug: Boolean(process.env.DEBUG) });
    process.stderr.write(failure.text);
    throw new ExitError(failure.exitCode);
  }
}
