// Why: one class for errors that a user can fix. Anything else that is thrown is a bug in pindrift.

export interface InputErrorOptions {
  /** The place: a path, `path:line`, a flag. */
  where?: string;
  /** The next step for the user, as a command or one short sentence. */
  tryThis?: string;
  cause?: unknown;
}

/** Unusable input: no such file, not a trace, a full disk. Exit code 2, no stack. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly where: string | undefined;
  readonly tryThis: string | undefined;

  constructor(message: string, options: InputErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.where = options.where;
    this.tryThis = options.tryThis;
  }
}
