// Why: task names and paths are text somebody else chose. None of it may act on a terminal, whatever command shows it.
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pindrift, root, STORY, scratch } from './run.ts';

const { clean, file } = scratch();
afterAll(clean);

/** Clears the screen, sets the title, goes right to left. */
const EVIL = '\u001b[2J\u001b]0;x\u0007\u202e';
const trace = file(`t${EVIL}.txt`);
const store = file('x.db');

beforeAll(() => {
  const text = gunzipSync(readFileSync(`${root}/${STORY}`)).toString('latin1');
  const evil = Buffer.from(EVIL).toString('latin1');
  writeFileSync(trace, text.replaceAll(' scn-', ` s${evil}n-`).replaceAll(': wp_copy:', `: wp${evil}copy:`), 'latin1');
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

describe('a trace whose task, event and file names are terminal escapes', () => {
  it.each([
    [['check', trace]],
    [['check', trace, '--verbose']],
    [['check', trace, '--report', 'story']],
    [['check', trace, '--json']],
    [['coverage', trace]],
    [['coverage', trace, '--json']],
    [['ingest', trace, '-o', store]],
    [['ingest', trace, '-o', file('y.db'), '--json']],
    [['show', trace, '1', '-C', '3']],
    [['report', store]],
    [['report', file(`no${EVIL}.db`)]],
    [['rules', 'explain', EVIL]],
  ])('%j', (args) => {
    const { stderr, stdout } = pindrift(args);
    expect(stdout + stderr).not.toBe('');
    expect(stdout).not.toMatch(ACTS);
    expect(stderr).not.toMatch(ACTS);
  });
});
