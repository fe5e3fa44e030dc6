// A trace written inside a test, with what is expected of the rule behind its lines:
//
//     dd-812 [001] .....  1.000300: new_anon: (...) page=0x...    # expect: copied
//     dd-812 [001] .....  1.000400: bio_end: (...) bio=0x...      # ok
//
// `# expect: ID` - a finding with this message has the line in its evidence; several ids are separated by commas.
// `# ok` - the line is in no finding's evidence.
import { nearest } from '../util/nearest.ts';

const MARK = /\s+#\s*(expect:|ok\b)(.*)$/;
/** A comment in a position where it would be read as part of the event. */
const NEARLY = /\s#\s*(expects?|expected|ok[^\w]?)\b/i;

export interface Annotated {
  /** input for the parsers: without comments and the indentation of the test */
  text: string;
  /** the lines as written, with comments; line 1 is `lines[0]` */
  lines: readonly string[];
  /** message ids by line number, from 1 */
  expected: ReadonlyMap<number, readonly string[]>;
  /** lines that must not be in any evidence */
  ok: ReadonlySet<number>;
  /** comments with errors */
  problems: readonly string[];
}

export function annotated(trace: string, messageIds: readonly string[]): Annotated {
  const lines = dedent(trace);
  const expected = new Map<number, readonly string[]>();
  const ok = new Set<number>();
  const problems: string[] = [];
  const bare = lines.map((line, i) => {
    const mark = MARK.exec(line);
    if (mark === null) {
      if (NEARLY.test(line)) problems.push(`line ${i + 1}: write \`# expect: MESSAGE\` or \`# ok\`: ${line.trim()}`);
      return line;
    }
    const event = line.slice(0, mark.index);
    if (event.trim() === '') problems.push(`line ${i + 1}: put the comment after the line it refers to`);
    if (mark[1] === 'ok') {
      ok.add(i + 1);
      return event;
    }
    const ids = mark[2].split(',').map((id) => id.trim());
    for (const id of ids) if (!messageIds.includes(id)) problems.push(`line ${i + 1}: ${unknown(id, messageIds)}`);
    expected.set(i + 1, ids);
    return event;
  });
  return { text: `${bare.join('\n')}\n`, lines, expected, ok, problems };
}

function unknown(id: string, messageIds: readonly string[]): string {
  if (id === '') return 'no message given: write `# expect: MESSAGE`';
  const meant = nearest(id, messageIds);
  return `the rule has no message ${id}${meant === undefined ? `; it has ${messageIds.join(', ')}` : `; ${meant}?`}`;
}

/** Without the empty lines around the text and the common indentation. */
function dedent(text: string): string[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  while (lines.length > 0 && lines[0].trim() === '') lines.shift();
  while (lines.length > 0 && lines[lines.length - 1].trim() === '') lines.pop();
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const indent = indents.length === 0 ? 0 : Math.min(...indents);
  return lines.map((line) => line.slice(indent).trimEnd());
}
