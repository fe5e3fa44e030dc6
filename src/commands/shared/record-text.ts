// Why: prints one event of a recording in the format of its tool, with the events around it, since a binary file cannot
// be opened in an editor.
import { fileInput } from '../../engine/reading/input.ts';
import { recordedLines } from '../../engine/reading/numbered-lines.ts';
import { verbatim } from '../../report/shared/format.ts';
import { InputError } from '../../util/errors.ts';

/**
 * @param around number of events to show before and after it
 * @throws InputError if the source is not a recording, or has no such record
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
