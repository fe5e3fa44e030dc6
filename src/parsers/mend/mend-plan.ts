// Why: what is found out about a text once is needed line by line, by several steps.
import type { AroundLog } from './around-log.ts';
import type { Pattern } from './common.ts';
import type { Prefix } from './prefixes.ts';
import type { SendersOptions } from './senders.ts';
import type { TaskNames } from './task-names.ts';

/** How to repair the lines of a text. No step needs more than the line and the previous one. */
export interface MendPlan {
  /** description: `quoted`, `in a log`; never empty */
  words: string[];
  /** lines end with CR only, or with separators of a word processor */
  ends?: true;
  /** lines end with tags of a page */
  markup?: true;
  /** terminal colours, NBSP: removed anywhere in the line */
  marks?: true;
  /** tabs replace spaces */
  tabs?: true;
  /** `b'...'` of Python: with quotes and escapes */
  python?: true;
  /** a page: `script` contains the trace unchanged, everything else is markup */
  html?: true;
  /** a page with a log in it: what is left of each line without its markup */
  page?: true;
  /** a table whose last cells are the lines, some of them in quotes */
  cells?: true;
  /** quoted-printable, RFC 2045 */
  quotedPrintable?: true;
  /** maximum width of lines that were wrapped */
  wrapped?: number;
  /** lines of a log were broken at this column, with what stands before them; see folded.ts */
  folded?: number;
  /** lines were wrapped at any character, as a terminal does */
  hard?: true;
  /** each line is a JSON object, and this member of it is the line of the trace */
  member?: string;
  /** the text is one string literal: `\\n` ends a line */
  escapes?: true;
  /** entries of the journal with one field per line */
  journal?: true;
  /** `&lt;` for `<`, in text that is not a page */
  entities?: true;
  /** each line appears twice: two consoles in one log */
  doubled?: true;
  /** spaces pad the lines on the right */
  padded?: true;
  /** long lines are in parts, see parts.ts */
  parts?: true;
  prefixes?: readonly Prefix[];
  /** who sent a line, from what stands before it or beside it */
  senders?: SendersOptions;
  /** the same text before all lines; a pattern if numbers in it change */
  literal?: string;
  pattern?: Pattern;
  /** names of files or buffers before each line of trace-cmd */
  names?: TaskNames;
  /** indentation before all lines, including comments: Markdown, YAML; before a prefix, and after it */
  outer?: RegExp;
  indent?: RegExp;
  /** the same text after all lines */
  suffix?: string;
  /** a log with a dump in it, surrounded by other text; what stands before its lines is no part of it */
  log?: true;
  around?: AroundLog;
}
