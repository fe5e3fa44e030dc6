// Why: one kind of error a user can act on, told apart from our own bugs. Everything else that is thrown is a bug.

export interface InputErrorOptions {
  /** The place: a path, `path:line`, a flag. */
  where?: string;
  /** The next step for the user, as a command or one short sentence. */
  tryThis?: string;
  cause?: unknown;
}

/** Input that cannot be used: no such file, not a trace, a full disk. Exit code 2, no stack. */
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
