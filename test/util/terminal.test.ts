// Why: colour and width are decided by four parties; this is who wins.
import { describe, expect, it } from 'vitest';
import { terminal } from '../../src/util/terminal.ts';

const TTY = { isTTY: true, columns: 120 };
const PIPE = {};

describe('colour', () => {
  it.each<[string, boolean, object, boolean | undefined, NodeJS.ProcessEnv]>([
    ['a terminal has it', true, TTY, undefined, {}],
    ['a pipe has not', false, PIPE, undefined, {}],
    ['a terminal without abilities has not', false, TTY, undefined, { TERM: 'dumb' }],
    ['NO_COLOR', false, TTY, undefined, { NO_COLOR: '1' }],
    ['an empty NO_COLOR says nothing', true, TTY, undefined, { NO_COLOR: '' }],
    ['FORCE_COLOR', true, PIPE, undefined, { FORCE_COLOR: '1' }],
    ['FORCE_COLOR=0', false, TTY, undefined, { FORCE_COLOR: '0' }],
    ['NO_COLOR beats FORCE_COLOR', false, TTY, undefined, { NO_COLOR: '1', FORCE_COLOR: '1' }],
    ['a flag beats all', true, PIPE, true, { NO_COLOR: '1' }],
    ['and the other flag too', false, TTY, false, { FORCE_COLOR: '1' }],
  ])('%s', (_what, color, stream, flag, env) => {
    expect(terminal(stream, flag, env).color).toBe(color);
  });
});

describe('width', () => {
  it.each<[string, number | undefined, object, NodeJS.ProcessEnv]>([
    ['of the terminal', 120, TTY, { COLUMNS: '60' }],
    ['as COLUMNS says, in a pipe', 60, PIPE, { COLUMNS: '60' }],
    ['as COLUMNS says, where the terminal does not know', 60, { isTTY: true, columns: 0 }, { COLUMNS: '60' }],
    ['nobody knows', undefined, PIPE, {}],
    ['COLUMNS that is no number', undefined, PIPE, { COLUMNS: 'wide' }],
  ])('%s', (_what, width, stream, env) => {
    expect(terminal(stream, undefined, env).width).toBe(width);
  });
});
