// Why: one event of a recording, as the tool prints it, and what stands around it: nobody can open a binary file at it.
import { fileInput } from '../../engine/input.ts';
import { recordedLines } from '../../engine/numbered-lines.ts';
import { verbatim } from '../../report/format.ts';
import { InputError } from '../../util/errors.ts';

/**
 * @param around events to show before and behind it
 * @throws InputError when the source is no recording, or has no such record
 */
export async function recordText(source: string, record: number, around: number): Promise<string> {
  const near = (one: number) => Math.abs(one - record) <= around;
  const lines = await recordedLines(fileInput(source), near, record + around);
  if (lines === undefined) {
    throw new InputError('this is not a recording; a text has lines instead of records', {
      where: source,
      tryThis: `sed -n ${record}p ${source}`,
    });
  }
  const own = lines.find(({ line }) => line === record);
  if (own === undefined) {
    throw new InputError(`no event has the number ${record}`, {
      where: source,
      tryThis: 'use a number that check prints (`:1096`); losses and damaged records have numbers too',
    });
  }
  const width = String(record + around).length;
  const rows = lines.flatMap(({ line, text, stack }) => [
    `${String(line).padStart(width)} | ${verbatim(text)}`,
    ...stack.map((frame) => `${' '.repeat(width)} | ${verbatim(frame)}`),
  ]);
  return `record ${record}, ${own.where}\n${rows.join('\n')}\n`;
}
