// Where things stand in the fast lane's memory (kernel.ts reads it, lane.ts writes it). All addresses are bytes.

/** Bytes of the window of trace text at address 0: a chunk of LineReader, what was carried before it, and room for a vector behind. */
export const WINDOW = (1 << 20) + (1 << 16) + 64;

/** What of the columns before an event's name is the same as in the line before. */
export const Columns = {
  at: WINDOW,
  /** i32: from `[` to the point of the time */
  point: 0,
  /** i64: the seconds and the blank before them, as the last bytes before the point; and which of the bytes these are */
  seconds: 8,
  secondsMask: 16,
  /** f64: the seconds since the time base, in ns */
  secondsNs: 24,
  /** f64: time of the line that was read last */
  ts: 32,
  /** f64: NaN, what a line does not show */
  nothing: 40,
  /** i32: a bit for each column between `]` and the seconds, and which of them are blank */
  gap: 48,
  blanks: 52,
  /** i32: from `[` to the first of the flags, which is no digit; to `]` where there are no flags */
  flags: 56,
  /** i32, of the line that was read last: where its arguments begin, its CPU, its pid, and the address of its task */
  args: 60,
  cpu: 64,
  pid: 68,
  task: 72,
  /** i32: from `[` to the flag that says what ran */
  context: 76,
  /** f64: 0; NaN where there are no flags */
  contextShown: 80,
  size: 96,
} as const;

/** sixteen bytes of ones and sixteen of zeros: read at `16 - n`, a mask of n bytes */
export const MASKS = Columns.at + Columns.size;

export const Tasks = {
  at: MASKS + 32,
  count: 256,
  /** 16 bytes of name and 8 of pid, as printed */
  name: 0,
  pidText: 16,
  /** i32 */
  pid: 24,
  /** i32: column of the bracket; 0: nobody is here */
  bracket: 28,
  size: 32,
} as const;

/** Open hash table of addresses of names, i32 each. */
export const Names = { at: Tasks.at + Tasks.count * Tasks.size, count: 1024 } as const;

/** An event name: up to 32 bytes, of which the first 16 are compared under a mask of their own. */
export const Name = {
  /** i32 */
  length: 0,
  /** i32: type of lines without a probe location, 0: unknown */
  plain: 4,
  /** i32: number of places */
  places: 8,
  bytes: 16,
  firstMask: 48,
  restMask: 64,
  /** addresses, i32 each */
  place: 80,
  mostPlaces: 12,
  size: 128,
} as const;

/** A probe location. */
export const PlaceAt = {
  /** i32: address of its type */
  type: 0,
  /** i32: number of bytes */
  length: 4,
  /** f64: caller */
  symbol: 8,
  /** as long as it is, and up to 15 bytes more */
  bytes: 16,
} as const;

export const TypeAt = {
  /** i32: number of the type */
  number: 0,
  /** i32: 0 when its events are only counted */
  kept: 4,
  /** i32: address of the template, 0: none known */
  template: 8,
  /** f64 */
  kind: 16,
  fn: 24,
  size: 32,
} as const;

export const TemplateAt = {
  /** i32: number of keys */
  keys: 0,
  key: 16,
} as const;

export const KeyAt = {
  /** i32: length of ` key=` */
  length: 0,
  /** i32: where in the record the value goes, in bytes; -1: nowhere */
  slot: 4,
  /** i32: {@link ValueType} */
  type: 8,
  literal: 16,
  mask: 32,
  size: 48,
} as const;

export const ValueType = { Number: 0, Pte: 1, Length: 2 } as const;

/** What was learned, one thing behind another. */
export const LEARNED = { at: Names.at + Names.count * 4, size: 1 << 18 } as const;

/** The records, aligned to 16 bytes. */
export const RECORDS = (LEARNED.at + LEARNED.size + 15) & ~15;
