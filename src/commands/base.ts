// Why: all commands report errors in the same way. A usage error or unusable input gives exit code 2 and two lines on
// stderr; a bug in pindrift gives 70. oclif alone would give 1 for a crash, which means "findings". (This is not a
// command: the oclif settings in package.json exclude this file.)

import type { Interfaces } from '@oclif/core';
import { Command } from '@oclif/core/command';
import { CLIError, ExitError } from '@oclif/core/errors';
import { InputError } from '../util/errors.ts';
import { escapeControl } from '../util/escape.ts';
import { EXIT } from '../util/exit-codes.ts';
import { describeFailure } from '../util/failure.ts';
import { flagMeant } from '../util/meant.ts';
import { openedStore } from '../util/stores.ts';

export abstract class BaseCommand extends Command {
  override warn(input: Error | string): Error | string {
    const text = typeof input === 'string' ? input : input.message;
    process.stderr.write(`pindrift: warning: ${escapeControl(text)}\n`);
    return input;
  }

  /**
   * An argument that cannot be parsed (`show x.db one`) is a usage error, although oclif throws a plain Error for it.
   */
  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    try {
      return await super.parse(options, argv);
    } catch (error) {
      if (error instanceof InputError) {
        // oclif writes the flag before the message of a flag's own parser, which names it too
        error.message = error.message.replace(/^Parsing --\S+\s+/, '').replace(/\s+See more help with --help$/, '');
        throw error;
      }
      if (!(error instanceof Error) || 'oclif' in error) throw error;
      throw new CLIError(error.message, { exit: EXIT.unusable });
    }
  }

  protected override async catch(error: Error): Promise<never> {
    const all = `${this.config.bin} ${(this.id ?? '').replaceAll(':', ' ')} --help`;
    const meant = 'oclif' in error ? flagMeant(error.message, this.ctor.flags ?? {}) : undefined;
    const help = meant === undefined ? all : `${meant} (${all} says more)`;
    const failure = describeFailure(error, { help, debug: Boolean(process.env.DEBUG), store: openedStore() });
    if (failure.text !== '') process.stderr.write(failure.text);
    throw new ExitError(failure.exitCode);
  }
}
