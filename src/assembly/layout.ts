// Where things stand in the memory that JavaScript shares with the functions here; all numbers are bytes. Both languages
// read this file: it holds constants and nothing else. Pages of memory that nobody touches cost nothing.

/** Bytes of text at address 0: a chunk of LineReader, what was carried before it, and room for a vector behind. */
export const TEXT_BYTES = (1 << 20) + (1 << 16);

/** Bytes that are searched for newlines at once, and room for a place for each of them and of the last vector. */
export const NEWLINE_WINDOW = 1 << 15;
export const NEWLINES_AT = TEXT_BYTES + 64;
export const NEWLINE_PLACES = NEWLINE_WINDOW + 16;

/** What was learned of lines (known.ts). */
export const LEARNED_AT = NEWLINES_AT + NEWLINE_PLACES * 4;
export const LEARNED_END = LEARNED_AT + (1 << 19);

/** f64: the time of the line that was read last */
export const LINE_TIME_AT = LEARNED_END;

/** A text that is to be learned. */
export const GIVEN_AT = LINE_TIME_AT + 16;
export const GIVEN_BYTES = 4096;

/** Tables of constants (cell.ts, records.ts). */
export const CONSTANTS_AT = GIVEN_AT + GIVEN_BYTES + 64;

/** A batch of records (vocabulary/record.ts): doubles per record, records per batch. */
export const STRIDE = 19;
export const BATCH_RECORDS = 4096;
export const RECORDS_AT = CONSTANTS_AT + 512;

/** Records as bytes (records.ts): more than one can take, and what reading and writing by words touches behind the last. */
export const RECORD_MOST_BYTES = 16 + STRIDE * 12;
export const BEYOND = 8;
export const CHUNK_AT = RECORDS_AT + BATCH_RECORDS * STRIDE * 8 + 64;

/** What both sides know of the records before: values of the last, of the last on each CPU, of the last of each kind. */
export const CPUS = 16;
export const KINDS = 1024;
export const PAST_AT = CHUNK_AT + BATCH_RECORDS * RECORD_MOST_BYTES + 2 * RECORD_MOST_BYTES;
/** by kind: its slots as bits, how many, and as a list */
export const MASKS_AT = PAST_AT + (1 + CPUS + KINDS) * STRIDE * 8;
export const COUNTS_AT = MASKS_AT + 4 * KINDS;
export const SLOTS_AT = COUNTS_AT + KINDS;
export const PAST_END = SLOTS_AT + KINDS * STRIDE;

/** From here on: tables of a store that is written (store/pages/table-pages.ts). */
export const TABLES_AT = (PAST_END + 4095) & ~4095;

/** The leaf of a table that is being filled. SQLite's page size, and the header of a leaf. */
export const PAGE_SIZE = 4096;
export const LEAF_HEADER = 8;
/** The longest record that stands on a leaf whole. */
export const MOST_LOCAL = PAGE_SIZE - 35;
/** i32: bytes of cells that are there, and how many; 1 when the length of the record before took two bytes */
export const TABLE_END = 0;
export const TABLE_CELLS = 4;
export const TABLE_WIDE = 8;
/** i32: end of a cell that was written and did not fit */
export const TABLE_BEHIND = 12;
/** f64: id of the last */
export const TABLE_LAST_ID = 16;
/** u16 each: where the cells begin */
export const TABLE_STARTS = 32;
/** the cells, one behind the other, and room behind the page so that one may be written before it is known to fit */
export const TABLE_PAGE = TABLE_STARTS + PAGE_SIZE / 2;
export const TABLE_SIZE = TABLE_PAGE + 4 * PAGE_SIZE;

/** Columns of a task's name, then a dash and eight columns of its pid. */
export const COMM_COLUMNS = 16;
export const PID_COLUMNS = 8;

/** Columns of an event's table before those of its arguments: id, line, ts, cpu, task, at, extra. */
export const COMMON_COLUMNS = 7;

/** What a known line is not: its columns before the event's name are new, or the event or its arguments are. */
export const OTHER_COLUMNS = -1;
export const OTHER_EVENT = -2;
/** Set in the number of a known line's layout when its cell is written and does not fit the page. */
export const PAGE_FULL = 1 << 24;

/** Where the value of an argument goes in the record: nowhere, or as a number, a page table entry, a length. */
export const TARGET_NONE = 0;
export const TARGET_NUMBER = 1;
export const TARGET_PTE = 2;
export const TARGET_LENGTH = 3;

/** How the value stands in the line for the store: it is not kept, or kept as a number, hexadecimal without 0x, text. */
export const FORM_NONE = 0;
export const FORM_NUMBER = 1;
export const FORM_BARE = 2;
export const FORM_TEXT = 3;
