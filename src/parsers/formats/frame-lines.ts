// Why: text around a paste in an issue, a ticket or on a screen is not damage of the trace: fences of Markdown, macros
// of Jira, the last line of a pager, the header of a patch that adds a file, markers of a CI system.
import { text } from '../../util/bytes.ts';

const FRAME =
  /^\s*(?:(?:```|~~~)[\w-]*|>>>|\{(?:noformat|code)(?::[^{}]*)?\}|\[\/?code\]|\(END\)|--More--.*|<!\[CDATA\[|\]\]>|section_(?:start|end):\d+:\S*.*|\\ No newline at end of file)\s*$|^(?:diff --git |index [0-9a-f]{7,40}\.\.[0-9a-f]{7,40}|(?:new|deleted) file mode \d+|(?:-{2,3}|\+{2,3}) [\w./]+$|@@ -(?:0,0 \+1(?:,\d+)?|1(?:,\d+)? \+0,0) @@)/;

/** Longer lines are not framing. */
const LONGEST = 200;

/** Whether a line that could not be parsed only frames the text. */
export const framesText = (buf: Uint8Array, start: number, end: number): boolean =>
  end - start <= LONGEST && FRAME.test(text(buf, start, end));
