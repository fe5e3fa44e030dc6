// Why: a line that was quoted in a mail, numbered by grep, or stamped by a log has text before the task's name, which
// must not become part of the name. Each kind of prefix is a row here, with the program that writes it. No prefix
// includes spaces of the line itself: the task's name is padded with them.

export interface Prefix {
  /** description */
  name: string;
  /**
   * its group `from` is the machine, the file or the container that the line is of, `by` the program or the facility;
   * `priority` is a number that has the facility in it (RFC 5424, section 6.2.1); `line` is the number of the line, or
   * of the message (RFC 5424, section 7.3.1)
   */
  pattern: RegExp;
  /** valid only if the numbers increase */
  counts?: true;
  /** the number is no line's: `parallel --tag` puts one of a job there */
  isName?: true;
  /** at the end of its name stands the number of the line: `[trace:12] `, as drone exec and woodpecker exec print it */
  isNumbered?: boolean;
  /** what it is where it is known to stand before all lines */
  known?: RegExp;
}

const DAY = String.raw`(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?(?: \d{4})?`;
const ISO = String.raw`\d{4}-\d\d-\d\d[T _]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d)?`;
const KMSG = String.raw`\d{1,4},\d+,\d+,[-c+](?:,[^;]{0,80})?;`;
const LEVELS = 'emerg|alert|crit|err|warn|notice|info|debug';
const FACILITIES = 'kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|res\\d|local\\d';
const facilityOf = (priority: number): string => FACILITIES.split('|')[priority >> 3] ?? `facility ${priority >> 3}`;

/** A name of characters and these. Its length has a limit, and each is looked at a few times: lines may be long. */
const nameOf = (signs: string): string => `(?<from>(?=[\\d_${signs}]*[A-Za-z])[\\w${signs}]{1,200})`;

const IPV4 = String.raw`\d{1,3}(?:\.\d{1,3}){3}`;
const IPV6 = String.raw`(?=[\da-f:.]*::)[\da-f:.]{2,45}|[\da-f]{1,4}(?::[\da-f]{1,4}){7}`;

/** What programs put into brackets that names nobody: a level, a stream, a number in hexadecimal. */
const LEVEL_WORDS = `${LEVELS}|error|warning|fatal|trace|stdout|stderr`;
const NAMES_SOMEBODY = `(?!(?:${LEVEL_WORDS}|${LEVEL_WORDS.toUpperCase()}|(?:0x)?[\\da-fA-F]{4,})\\])`;

const row = (name: string, pattern: string, more: Omit<Prefix, 'name' | 'pattern'> = {}): Prefix => ({
  name,
  pattern: new RegExp(`^(?:${pattern})`),
  ...more,
});

export const PREFIXES: readonly Prefix[] = [
  row('quoted', '(?:> ?|\\| )+'),
  // RFC 5424, which begins like a log level
  row(
    'system log',
    String.raw`<\d{1,3}>1 \S+ (?<from>\S+) (?<by>\S+) (?:(?<pid>\d+)|\S+) \S+ (?:-|\[(?:[^\]]*? )?sequenceId="(?<line>\d{1,10})"[^\]]*\]|\[[^\]]*\]) ?(?:\xef\xbb\xbf)?`,
  ),
  // /dev/kmsg, netconsole with extended records; a log server before it
  row('kernel log', KMSG.replace(String.raw`\d{1,4}`, String.raw`(?<priority>\d{1,4})`)),
  row('log level', '<(?<priority>\\d{1,3})>'),
  // dmesg -x
  row('log level', `(?<by>${FACILITIES}) *: *(?:${LEVELS}) *: ?`),
  // printk, with CONFIG_PRINTK_CALLER; dmesg -d, -e, -T
  row('kernel log', String.raw`\[ *\d+\.\d{3,9}(?: <[ \d.]+>)?\] ?(?:\[ *[TC]\d+\] ?)?`),
  row('kernel log', String.raw`\[ *[TC]\d+\] ?`),
  row('kernel log', String.raw`\[(?:< *\d+\.\d+>| *\+\d+\.\d+|[A-Z][a-z]{2} ?\d{1,2} \d\d:\d\d)\] ?`),
  row('kernel log', String.raw`\[${DAY}\] ?(?:\[ *[TC]\d+\] ?)?`),
  // syslog, journalctl -o short, short-precise, short-iso, short-unix, short-monotonic
  row('system log', String.raw`${DAY} (?<from>\S+) (?<by>[\w.\/()@-]+)(?:\[(?<pid>\d+)\])?: ?`),
  row('system log', String.raw`(?<from>[\w.-]+) (?<by>kernel(?=[[:])|[\w.\/()@-]+(?=\[))(?:\[(?<pid>\d+)\])?: ?`),
  row('system log', 'kernel: ?'),
  // short-full, with-unit
  row('time stamps', String.raw`[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:[A-Z]{1,5}|[+-]\d{2,4}) `),
  row('time stamps', String.raw`\d{9,10}\.\d{6} `),
  // CRI of Kubernetes
  row('container log', String.raw`\d{4}-\d\d-\d\dT\S+ std(?:out|err) [FP] `),
  // CI: GitHub, GitLab (`00O `), Jenkins, ts
  row('time stamps', String.raw`\[?${ISO}\]?:?(?: \d\d[OE][ +])? ?`),
  row('time stamps', `${DAY} `),
  row('time stamps', String.raw`\[\d\d:\d\d:\d\d(?:[.,]\d+)?\] ?|\d\d:\d\d:\d\d(?:[.,]\d+)? {1,2}`),
  // TAI64N: multilog, svlogd, s6-log
  row('time stamps', '@[\\da-f]{24} '),
  // netconsole, as a log server stores it
  row('system log', String.raw`(?:${nameOf('.:-')}|\d+\.\d+\.\d+\.\d+) (?=${KMSG}|\[ *\d+\.\d{3,9}\])`),
  row('hypervisor log', String.raw`\((?:XEN|d\d+)\) `),
  // `gh run view --log`
  row('time stamps', '(?<from>[^\\t]{1,80})\\t[^\\t]{1,80}\\t(?=\\d{4}-)'),
  // docker compose, kubectl --prefix, and other names in front
  row('names in front', String.raw`(?:${nameOf('.-')}|[\w.-]{1,200}) +\| `),
  row('names in front', String.raw`\[?(?<from>${IPV4}|${IPV6})\]?(?::\d{1,5})?(?: ?[:|>])? `),
  // mpirun --tag-output
  row('names in front', String.raw`\[(?<from>[\w.@-]{0,200}?\d+,\d+)\]<std(?:out|err)>:`),
  row('names in front', String.raw`\[(?:${NAMES_SOMEBODY}${nameOf('./:@-')}|[^\][]{1,60})\] `),
  // kselftest, TAP; a header of the trace itself begins with the same
  row('test log', '# (?=[ #])', { known: /^#(?: |$)/ }),
  row('patch', '\\+'),
  // grep -n, grep -Hn; cat -n; nl and editors
  row('numbered', String.raw`(?:(?:${nameOf('./~+-')}|[\w.\/~+-]{1,200})[:-])?(?<line>\d{1,9})[:-]`),
  row('numbered', String.raw` *(?<line>\d{1,9})\t`),
  row('numbered', String.raw` *(?<line>\d{1,9})(?:[|.)] ?| {1,2}(?=[ #]))`, { counts: true }),
];

/** It may name a machine, a program, a thread. */
export const namesSender = ({ pattern, isName }: Prefix): boolean =>
  isName === true || /\(\?<(?:from|by)>/.test(pattern.source);

/** Maximum number of nested prefixes. */
const MOST = 6;

export interface Taken {
  /** prefixes that were removed, in order */
  prefixes: Prefix[];
  rest: string;
}

/** Remove prefixes until `isWhole` accepts the line. Undefined: there are none, or one of them is unknown. */
export function takeOff(line: string, isWhole: (rest: string) => boolean): Taken | undefined {
  return search(line, isWhole, []);
}

function search(rest: string, isWhole: (rest: string) => boolean, before: Prefix[]): Taken | undefined {
  if (before.length === MOST) return undefined;
  for (const prefix of PREFIXES) {
    const length = prefix.pattern.exec(rest)?.[0].length ?? 0;
    if (length === 0) continue;
    const prefixes = [...before, prefix];
    const behind = rest.slice(length);
    const found = search(behind, isWhole, prefixes) ?? (isWhole(behind) ? { prefixes, rest: behind } : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A short name, and the name of a task behind it, look like the name of a task. */
const CONTAINER = /^[\w.-]+ +\| /;

/** A line without what stood in front of it. */
export interface Bare {
  rest: string;
  /** machine, file or container named there; undefined: none */
  from: string | undefined;
  /** program or facility named there */
  by?: string | undefined;
  /** and its process */
  pid?: string | undefined;
  /** it is named by a number, which no damage puts there */
  isSure?: boolean;
  /** the number of the line, and the file that it counts in */
  line?: number;
  file?: string | undefined;
  /** what was removed */
  prefixes?: readonly Prefix[];
}

/** Remove what logs and forwarders put in front, as far as known. */
export function takeOffLog(line: string, isWhole: (rest: string) => boolean): Bare {
  const bare: Bare = { rest: line, from: undefined };
  const prefixes: Prefix[] = [];
  while (prefixes.length < MOST && (!isWhole(bare.rest) || CONTAINER.test(bare.rest))) {
    const found = PREFIXES.find((prefix) => prefix.counts !== true && takeOffOne(bare, prefix));
    if (found === undefined) break;
    prefixes.push(found);
  }
  bare.prefixes = prefixes;
  return bare;
}

/** What is left without all of these, in their order; undefined: one of them is not there. */
export function behindThese(line: string, prefixes: readonly Prefix[]): string | undefined {
  const bare: Bare = { rest: line, from: undefined };
  return prefixes.every((prefix) => takeOffOne(bare, prefix)) ? bare.rest : undefined;
}

/** Remove these, each once, if present. */
export function takeOffThese(line: string, prefixes: readonly Prefix[]): Bare {
  const bare: Bare = { rest: line, from: undefined };
  for (const prefix of prefixes) takeOffOne(bare, prefix);
  return bare;
}

const NUMBERED = /^(.*?)[^\w.]?(\d{1,9})$/;

function takeOffOne(bare: Bare, { pattern, isName, isNumbered }: Prefix): boolean {
  const m = pattern.exec(bare.rest);
  if (m === null) return false;
  bare.rest = bare.rest.slice(m[0].length);
  const { from = bare.from, by, pid, priority, line } = m.groups ?? {};
  const numbered = isNumbered === true ? NUMBERED.exec(from ?? '') : null;
  if (numbered !== null) {
    bare.file ??= numbered[1];
    bare.line ??= Number(numbered[2]);
    return true;
  }
  bare.from = from;
  if (line !== undefined && isName === true) bare.from = from === undefined ? line : `${from} ${line}`;
  else if (line !== undefined && bare.line === undefined) {
    bare.line = Number(line);
    bare.file = m.groups?.from;
  }
  if (by !== undefined || priority !== undefined) {
    bare.by = by ?? facilityOf(Number(priority));
    bare.pid = pid;
    bare.isSure = priority !== undefined || pid !== undefined;
  }
  return true;
}
