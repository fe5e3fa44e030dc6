// Why: what stands around a paste in an issue, a ticket or on a screen says nothing about it, and is no damage: fences of
// Markdown, macros of Jira, the last line of a pager, the head of a patch that adds a file, markers of a CI.
import { text } from '../util/bytes.ts';

const FRAME =
  /^\s*(?:(?:```|~~~)[\w-]*|>>>|\{(?:noformat|code)(?::[^{}]*)?\}|\[\/?code\]|\(END\)|--More--.*|<!\[CDATA\[|\]\]>|section_(?:start|end):\d+:\S*.*|\\ No newline at end of file)\s*$|^(?:diff --git |index [0-9a-f]{7,40}\.\.[0-9a-f]{7,40}|(?:new|deleted) file mode \d+|(?:-{2,3}|\+{2,3}) [\w./]+$|@@ -(?:0,0 \+1(?:,\d+)?|1(?:,\d+)? \+0,0) @@)/;

/** Longer lines are no frame. */
const LONGEST = 200;

/** Whether a line that nobody understands only frames the text. */
export const framesText = (buf: Uint8Array, start: number, end: number): boolean =>
  end - start <= LONGEST && FRAME.test(text(buf, start, end));
