// What a store is made of: the tables every store has, whatever its traces hold. The tables of the events (`ev_*`)
// come from the traces themselves and are made in event-table.ts; the views over all of them in views.ts.
// docs/store.md describes tables and columns for people; both change together.

/** `pragma application_id`: tells `file` and us that this is no other program's database. ASCII `pdrf`. */
export const APPLICATION_ID = 0x70647266;

/** `pragma user_version`. A higher one than this was written by a newer pindrift. */
export const SCHEMA_VERSION = 3;

/** Of a store with ids as they always were ({@link USUAL_SHIFT}): older versions of pindrift read it too. */
export const USUAL_VERSION = 2;

/** Steps from one schema version to the next: `MIGRATIONS[0]` leads from 1 to 2. */
export const MIGRATIONS: readonly string[] = [
  // replay.data is written in another way; everything else is as it was
  'delete from replay',
];

/** Bytes per page. The page writer depends on it, and it cannot change in a store once made. */
export const PAGE_SIZE = 4096;

/**
 * An event's id says which trace it is of and where its line begins there: `trace * 2^44 + offset`. So ids follow
 * the order of the text, no two writers need to agree on a counter, and the line is found again with one seek.
 * 16 TiB per trace and 512 traces fit a double exactly; a store of more traces has fewer bits for the offset, and says
 * so in `meta` ({@link SHIFT_KEY}).
 */
export const USUAL_SHIFT = 44;
const DOUBLE_BITS = 53;

/** Traces of a store, at most: 8 GiB of text are left to each then. */
export const MOST_TRACES = 2 ** 20;

/** Key in `meta`: bits of the offset, where they are not the usual ones. */
export const SHIFT_KEY = 'id_shift';

/** Key in `meta`: the hash of the vocabulary that the records of the replay are written in. */
export const VOCABULARY_KEY = 'vocabulary';

/** Bits of the offset in a store of so many traces. */
export const shiftFor = (traces: number): number =>
  Math.min(USUAL_SHIFT, DOUBLE_BITS - Math.ceil(Math.log2(Math.max(1, traces))));

/** Ids of one store: which trace, and where in it. */
export class Ids {
  /** an id of the next trace is more by this much; offsets are below it */
  readonly step: number;
  readonly shift: number;

  constructor(shift: number = USUAL_SHIFT) {
    this.shift = shift;
    this.step = 2 ** shift;
  }

  of(trace: number, offset: number): number {
    return trace * this.step + offset;
  }

  trace(id: number): number {
    return Math.floor(id / this.step);
  }

  offset(id: number): number {
    return id % this.step;
  }
}

export const TABLES = `
create table meta (key text primary key, value) without rowid;

create table trace (
  id integer primary key,      -- from 0, the index in the report's traces
  path text not null,          -- as it was named; '-' is standard input
  sha256 text,                 -- of the file as it lies on disk; null for a directory
  file_bytes int,              -- its size on disk
  mtime_ms real,               -- and when it was last written
  compression text not null,   -- none, gzip, zstd, xz
  bytes int not null,          -- of text
  lines int not null,
  events int not null,
  mm_events int not null,      -- events the model used
  format text not null,
  variant text not null,
  kernel text,
  era text,
  era_from text,
  clock text,
  time_unit text not null,     -- ns, ticks, none
  time_base int not null,      -- whole seconds (or ticks) that every ts of this trace is relative to
  time_digits int not null,    -- digits behind the point: 6 is microseconds
  time_step int not null,      -- ns that the last digit stands for
  vmemmap int,                 -- struct page of pfn 0, where the trace shows it
  cpus int,
  first_ts int,
  last_ts int,
  head text not null,          -- JSON: what the parser knew about the text, to read lines of it again
  info text not null           -- JSON: this trace as the report shows it
);

create table task (id integer primary key, pid int, tgid int, comm text);
create table sym (id integer primary key, text text not null);

create table event_type (
  id integer primary key,
  name text not null,          -- as the trace prints it
  system text not null,        -- pindrift of pindrift:fault; empty where no trace shows it
  tab text not null,           -- name of its table, ev_NAME
  view text not null,          -- name of the view that prints addresses as hex
  events int not null
);

create table event_column (
  event_type int not null references event_type,
  position int not null,       -- from 0
  key text not null,           -- as the trace prints it
  col text not null,           -- name of the column; arg_KEY where KEY was taken
  form text not null,          -- hex, bare (hex without 0x), dec, text
  behind text not null,        -- what stands between this value and the next key, apart from blanks: '==>'
  primary key (event_type, position)
) without rowid;

create table loss (
  trace int not null references trace,
  kind text not null,          -- bad-line, lost-events, overwritten, filtered, truncated, out-of-order, second-capture
  count int,                   -- null: nobody knows how many
  cpu int,
  line int,
  ts int,
  reason text not null,
  more text                    -- JSON
);

create table rule_outcome (
  position integer primary key,
  rule text not null unique,
  verdict text not null,       -- violated, clean, could-not-be-checked
  findings int not null,
  missing text not null,       -- JSON list: why it could not be checked
  more text
);

create table finding (
  n integer primary key,       -- what show N takes
  trace int not null references trace,
  rule text not null,
  severity text not null,
  confidence text not null,
  self_inflicted int not null,
  harm text not null,          -- JSON list
  cause text not null,
  message text not null,
  fingerprint text not null,
  pid int, tgid int, comm text,
  mm int, addr int, pfn int, page int,
  mapped_pfn int, mapped_page int,
  api text, flags text, ts int,
  detail text not null         -- JSON: the finding as the report shows it, without its evidence
);

create table evidence (
  finding int not null references finding,
  step int not null,           -- from 1
  event int,                   -- id of the line
  role text not null,
  line int not null,
  ts int,
  cpu int,
  pid int,
  task text,
  fn text,
  what text not null,
  text text not null,          -- the line, verbatim
  stack text,                  -- JSON list: the call chain behind it, verbatim
  more text,
  primary key (finding, step)
) without rowid;

create table replay_symbol (
  trace int not null,
  id int not null,
  text text not null,
  primary key (trace, id)
) without rowid;
`;

/** Tables that grow with the trace, as the event tables do: the writer of events writes these too. */
export const STREAMED_TABLES = {
  other_line: `CREATE TABLE other_line (
  id integer primary key,      -- place of the line, as in the event tables
  line int not null,
  kind text not null,          -- header, stack, lost, function, record, bad
  reason text,                 -- why a line is bad
  text text not null
)`,
  replay: `CREATE TABLE replay (
  id integer primary key,      -- trace * 2^24 + number of the chunk
  trace int not null,
  records int not null,
  data blob not null           -- mm events for a run of rules without the text
)`,
  pin: `CREATE TABLE pin (
  id integer primary key,
  trace int not null references trace,
  state text not null,         -- released; presumed: its release was not seen; orphan: its mm went first; held: to the end
  finding int references finding,
  pid int, tgid int, task int references task,
  mm int, addr int, page int, pfn int,
  api text,                    -- kernel function that was called
  kind text not null,          -- GET, PIN
  write int,                   -- null: no line shows the flags
  longterm int not null,
  gup_flags int,               -- as printed; what a bit means depends on the kernel
  flags text not null,         -- FOLL_WRITE|FOLL_PIN, as far as the kernel is known
  caller text,
  owner text,                  -- bio, pipe, transient
  page_from text not null,     -- how the page became known
  event int,                   -- id of the line of the call, and its line number
  line int,
  nr int,                      -- pages the call asked for
  held_ts int,                 -- from
  released_ts int,             -- to
  released_event int,
  released_line int,
  held int,                    -- ns (or ticks) between
  drifts int not null,         -- how often its address got another page
  steps text                   -- JSON list of what happened to page and address meanwhile
)`,
} as const;

export type StreamedTable = keyof typeof STREAMED_TABLES;

/** Chunks of replay records per trace, at most. */
export const MOST_CHUNKS = 2 ** 24;

/** Made when everything is loaded: filling an index row by row costs several times more. */
export const INDEXES = `
create index pin_by_line on pin (trace, line);
create index pin_by_page on pin (page);
create index pin_by_mm on pin (mm, addr);
create index evidence_by_event on evidence (event);
create index finding_by_fingerprint on finding (fingerprint);
`;
