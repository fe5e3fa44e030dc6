// Known names of the columns of a table, and its formats of times.

/** `args`: text with all arguments, used unchanged. `field`: one argument, named after its column. `none`: an index. */
export type Role = 'time' | 'cpu' | 'comm' | 'tid' | 'pid' | 'event' | 'args' | 'field' | 'none';

export interface CsvColumn {
  role: Role;
  /** name of the argument, for `field` */
  name: string;
  /** decimal digits after a second that an integer counts: 9 for ns; undefined if only the cell shows it */
  unit: number | undefined;
}

/** If a table has several of the names in a list, the first one counts. */
const NAMES: Partial<Record<Role, string[]>> = {
  time: [
    'time',
    'ts',
    'timestamp',
    'nsecs',
    'ns',
    'time_ns',
    'ts_ns',
    'timestamp_ns',
    'time_us',
    'ts_us',
    'us',
    'time_ms',
    'ts_ms',
    'time_s',
    'ts_s',
    'seconds',
    'secs',
  ],
  cpu: ['cpu', 'cpu_id', 'cpuid'],
  comm: ['comm', 'task', 'thread_name', 'process_name', 'command'],
  tid: ['tid', 'thread_id'],
  pid: ['pid', 'tgid', 'process_id'],
  event: ['event', 'event_name', 'name', 'probe', 'tracepoint'],
  args: ['args', 'arguments', 'message'],
};

/** The meaning of each column of a header row. */
export function csvColumns(names: string[]): CsvColumn[] {
  const lower = names.map((name) => name.toLowerCase().replace(/[^\w]+/g, '_'));
  const columns = names.map((name, i): CsvColumn => {
    const field = name.replace(/[^\w]+/g, '_');
    return { role: field === '' || /^unnamed__?\d+$/i.test(lower[i]) ? 'none' : 'field', name: field, unit: undefined };
  });
  for (const [role, candidates] of Object.entries(NAMES) as [Role, string[]][]) {
    const index = lower.indexOf(candidates.find((candidate) => lower.includes(candidate)) ?? '-');
    if (index >= 0) {
      columns[index].role = role;
      columns[index].unit = role === 'time' ? unitOf(lower[index]) : undefined;
    }
  }
  return columns;
}

function unitOf(name: string): number | undefined {
  if (/(^|_)ns$|nsecs/.test(name)) return 9;
  if (/(^|_)us$/.test(name)) return 6;
  if (/(^|_)ms$/.test(name)) return 3;
  return /_s$|^sec/.test(name) ? 0 : undefined;
}

export interface CsvTime {
  seconds: number;
  ns: number;
  /** digits after the decimal point in the cell */
  digits: number;
}

/** `12.345678901` (seconds), `12345678901` (ns), `1.2345e+10` (as written by pandas); exact, from the text. */
export function csvTime(cell: string, unit: number | undefined): CsvTime | undefined {
  const parts = /^\s*(\d{1,20})(?:\.(\d*))?(?:[eE]\+?(-?\d{1,2}))?\s*$/.exec(cell);
  if (parts === null) return undefined;
  const [, whole, fraction = '', exponent = '0'] = parts;
  // only an integer is in ns by default
  const scale = unit ?? (parts[2] === undefined && parts[3] === undefined ? 9 : 0);
  const all = `${'0'.repeat(30)}${whole}${fraction}${'0'.repeat(30)}`;
  const point = 30 + whole.length + Number(exponent) - scale;
  if (point < 0 || point > all.length - 9) return undefined;
  const digits = Math.min(9, Math.max(0, fraction.length - Number(exponent) + scale));
  return { seconds: Number(all.slice(0, point)), ns: Number(all.slice(point, point + 9)), digits };
}
