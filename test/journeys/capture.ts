// Captures of fixtures/ as text, and what check says of text.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CheckReport } from '../../src/contract/report.ts';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { InputError } from '../../src/util/errors.ts';

/** `5.10/odirect_read_swap.ft` */
export const capture = (name: string): string =>
  gunzipSync(readFileSync(join(import.meta.dirname, '../../fixtures', name, 'trace.txt.gz'))).toString('latin1');

export const checked = (text: string): Promise<CheckReport> =>
  check([memoryInput('journey', Buffer.from(text, 'latin1'))]);

/** The problem and the next step, where the text is refused. */
export async function refusal(text: string): Promise<string> {
  try {
    const { traces } = await checked(text);
    return `read as ${traces[0].format}`;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `${error.message} | ${error.tryThis ?? ''}`;
  }
}

/** `rule@line` of what is more than a note, and who it speaks of. */
export const said = ({ findings }: CheckReport): string[] =>
  findings
    .filter(({ severity }) => severity !== 'note')
    .map(({ rule, pin }) => `${rule} ${pin.comm} ${pin.pid}`)
    .sort();

export const kindsOfLoss = ({ traces }: CheckReport): string[] =>
  [...new Set(traces[0].losses.map(({ kind }) => kind))].sort();
