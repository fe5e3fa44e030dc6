// Addresses in the memory shared by JavaScript and the functions here, in bytes. Both compile this file, so it contains
// only constants. Untouched pages of memory cost nothing.

/**
 * Bytes of text at address 0: a chunk of LineReader, the incomplete line before it, and space for a vector after it.
 */
export const TEXT_BYTES = (1 << 20) + (1 << 16);

/** Bytes searched for newlines at once, and space for the position of each of them and of the last vector. */
export const NEWLINE_WINDOW = 1 << 15;
export const NEWLINES_AT = TEXT_BYTES + 64;
export const NEWLINE_PLACES = NEWLINE_WINDOW + 16;

/** The tables of known lines (known.ts). */
export const LEARNED_AT = NEWLINES_AT + NEWLINE_PLACES * 4;
export const LEARNED_END = LEARNED_AT + (1 << 19);

/** f64: time of the last line */
export const LINE_TIME_AT = LEARNED_END;

/** A text to be stored in the tables. */
export const GIVEN_AT = LINE_TIME_AT + 16;
export const GIVEN_BYTES = 4096;

/** Tables of constants (cell.ts, records.ts). */
export const CONSTANTS_AT = GIVEN_AT + GIVEN_BYTES + 64;

/** A batch of records (vocabulary/record.ts): doubles per record, records per batch. */
export const STRIDE = 19;
export const BATCH_RECORDS = 4096;
export const RECORDS_AT = CONSTANTS_AT + 512;

/** Encoded records (records.ts): the maximum size of one, and the bytes after the last one that word accesses touch. */
export const RECORD_MOST_BYTES = 16 + STRIDE * 12;
export const BEYOND = 8;
export const CHUNK_AT = RECORDS_AT + BATCH_RECORDS * STRIDE * 8 + 64;

/** State of the encoding: values of the last record, of the last one on each CPU, of the last one of each kind. */
export const CPUS = 16;
export const KINDS = 1024;
export const PAST_AT = CHUNK_AT + BATCH_RECORDS * RECORD_MOST_BYTES + 2 * RECORD_MOST_BYTES;
/** by kind: its slots as bits, their number, and as a list */
export const MASKS_AT = PAST_AT + (1 + CPUS + KINDS) * STRIDE * 8;
export const COUNTS_AT = MASKS_AT + 4 * KINDS;
export const SLOTS_AT = COUNTS_AT + KINDS;
export const PAST_END = SLOTS_AT + KINDS * STRIDE;

/** From here on: tables of the store being written (store/pages/table-pages.ts). */
export const TABLES_AT = (PAST_END + 4095) & ~4095;

/** The leaf page of a table being filled: SQLite's page size, and the header of a leaf. */
export const PAGE_SIZE = 4096;
export const LEAF_HEADER = 8;
/** The longest record that is stored without overflow pages. */
export const MOST_LOCAL = PAGE_SIZE - 35;
/** i32: bytes of its cells, and their number; 1 if the length of the previous record has two bytes */
export const TABLE_END = 0;
export const TABLE_CELLS = 4;
export const TABLE_WIDE = 8;
/** i32: end of a cell that did not fit */
export const TABLE_BEHIND = 12;
/** f64: id of the last */
export const TABLE_LAST_ID = 16;
/** u16 each: beginnings of the cells */
export const TABLE_STARTS = 32;
/** the cells, without gaps, and space after the page, since a cell is written before its size is known */
export const TABLE_PAGE = TABLE_STARTS + PAGE_SIZE / 2;
export const TABLE_SIZE = TABLE_PAGE + 4 * PAGE_SIZE;

/** Columns of a task's name, then a dash and eight columns of its pid. */
export const COMM_COLUMNS = 16;
export const PID_COLUMNS = 8;

/** Columns of an event's table before those of its arguments: id, line, ts, cpu, task, at, extra. */
export const COMMON_COLUMNS = 7;

/**
 * Results for lines with an unknown layout: its columns before the event's name are new, or the event or its arguments.
 */
export const OTHER_COLUMNS = -1;
export const OTHER_EVENT = -2;
/** Bit set in the number of a line's layout if its cell was written, but does not fit the page. */
export const PAGE_FULL = 1 << 24;

/**
 * Use of an argument's value in the record: none, a number, a page table entry, a length; END: there is only the text;
 * SYMBOL: the value is compared, too, and the record gets its number.
 */
export const TARGET_NONE = 0;
export const TARGET_NUMBER = 1;
export const TARGET_PTE = 2;
export const TARGET_LENGTH = 3;
export const TARGET_END = 4;
export const TARGET_SYMBOL = 5;

/** Form of the value in the line, for the store: not stored, a number, hexadecimal without 0x (also in a system call), text. */
export const FORM_NONE = 0;
export const FORM_NUMBER = 1;
export const FORM_BARE = 2;
export const FORM_TEXT = 3;
