// Why: the exit code and the two lines on stderr are what scripts and people rely on when something goes wrong.
import { readFileSync } from 'node:fs';
import { CLIError, ExitError } from '@oclif/core/errors';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/util/errors.ts';
import { describeFailure } from '../../src/util/failure.ts';

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('describeFailure', () => {
  it('unusable input: says what, where and what to try', () => {
    const error = new InputError('not a trace', { where: 'a.txt:3', tryThis: 'pindrift check --format ftrace a.txt' });
    expect(describeFailure(error)).toEqual({
      exitCode: 2,
      text: 'pindrift: not a trace (a.txt:3)\n  try: pindrift check --format ftrace a.txt\n',
    });
  });

  it('unusable input: a file name cannot colour or forge a line', () => {
    const { text } = describeFailure(new InputError('no such file', { where: 'a\x1b[31m\npindrift: clean' }));
    expect(text).toBe('pindrift: no such file (a\\x1b[31m\\x0apindrift: clean)\n');
  });

  it('a message of several lines is indented, so that echoed text cannot pass for a line of ours', () => {
    expect(describeFailure(new InputError('expected one of\npindrift: clean')).text).toBe(
      'pindrift: expected one of\n  pindrift: clean\n',
    );
  });

  it('a usage error of oclif: suggests the help of the command', () => {
    const error = new CLIError('Nonexistent flag: --foo\nSee more help with --help');
    expect(describeFailure(error, { help: 'pindrift check --help' })).toEqual({
      exitCode: 2,
      text: 'pindrift: unknown flag: --foo\n  try: pindrift check --help\n',
    });
  });

  it('a missing argument: one line, without what oclif has to say about its own flags', () => {
    const error = new CLIError(
      'Missing 1 required arg:\n  trace  text of a trace\n  Note: --output allows multiple values.',
    );
    expect(describeFailure(error).text).toBe('pindrift: missing argument: TRACE\n');
  });

  it('an unknown command is named as it was typed', () => {
    expect(describeFailure(new CLIError('command rules:lst not found')).text).toBe(
      'pindrift: unknown command: rules lst\n',
    );
  });

  it.each([
    ['command chek:traces/a.txt.gz not found', 'unknown command: chek'],
    ['command rules:explan:my-rule:x not found', 'unknown command: rules explan'],
    ['command --jsn not found', 'unknown command: --jsn'],
    ['Parsing --pid \n\tExpected an integer but received: abc', '--pid: expected an integer but received: abc'],
    ['--csv=true cannot also be provided when using --json', '--csv cannot also be provided when using --json'],
    ['All of the following must be provided when using --update: --baseline', '--update needs --baseline'],
    ['Missing required flag output', 'missing flag: --output'],
  ])('%j of oclif is "%s"', (said, wanted) => {
    expect(describeFailure(new CLIError(said)).text).toBe(`pindrift: ${wanted}\n`);
  });

  it('a command that chose its exit code: nothing is printed', () => {
    expect(describeFailure(new ExitError(3))).toEqual({ exitCode: 3, text: '' });
  });

  it('a file that is not there, untranslated: still a clear error', () => {
    const error = thrownBy(() => readFileSync('/no/such/trace.txt'));
    expect(describeFailure(error)).toEqual({
      exitCode: 2,
      text: 'pindrift: no such file or directory (/no/such/trace.txt)\n',
    });
  });

  it('a bug of ours: 70, one line, no stack', () => {
    const { exitCode, text } = describeFailure(new TypeError('x is not a function'));
    expect(exitCode).toBe(70);
    expect(text).toBe(
      'pindrift: internal error: TypeError: x is not a function\n' +
        '  try: the same command with DEBUG=pindrift for a stack, and report it as a bug\n',
    );
  });

  it('a bug of ours, with DEBUG: the stack', () => {
    expect(describeFailure(new TypeError('x'), { debug: true }).text).toContain('failure.test.ts');
  });

  it('a module that oclif could not load is a bug, not "findings" (oclif says exit code 1)', () => {
    const error = new CLIError('failed to load', { exit: 1 });
    expect(describeFailure(error).exitCode).toBe(70);
  });

  it('something thrown that is no Error at all', () => {
    expect(describeFailure('oops').exitCode).toBe(70);
  });
});
