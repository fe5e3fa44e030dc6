// Why: a line that was quoted in a mail, numbered by grep, or stamped by a log has text before the task's name, which
// must not become part of the name. Each kind of prefix is a row here, with the program that writes it. No prefix
// includes spaces of the line itself: the task's name is padded with them.

export interface Prefix {
  /** description */
  name: string;
  pattern: RegExp;
  /** valid only if the numbers increase */
  counts?: true;
}

const DAY = String.raw`(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?(?: \d{4})?`;
const ISO = String.raw`\d{4}-\d\d-\d\d[T _]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d)?`;
const LEVELS = 'emerg|alert|crit|err|warn|notice|info|debug';
const FACILITIES = 'kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|res\\d|local\\d';

const row = (name: string, pattern: string, more: Omit<Prefix, 'name' | 'pattern'> = {}): Prefix => ({
  name,
  pattern: new RegExp(`^(?:${pattern})`),
  ...more,
});

export const PREFIXES: readonly Prefix[] = [
  row('quoted', '(?:> ?|\\| )+'),
  row('log level', '<\\d{1,3}>'),
  // dmesg -x
  row('log level', `(?:${FACILITIES}) *: *(?:${LEVELS}) *: ?`),
  // printk, with CONFIG_PRINTK_CALLER; dmesg -d, -e, -T
  row('kernel log', String.raw`\[ *\d+\.\d{3,9}(?: <[ \d.]+>)?\] ?(?:\[ *[TC]\d+\] ?)?`),
  row('kernel log', String.raw`\[ *[TC]\d+\] ?`),
  row('kernel log', String.raw`\[(?:< *\d+\.\d+>| *\+\d+\.\d+|[A-Z][a-z]{2} ?\d{1,2} \d\d:\d\d)\] ?`),
  row('kernel log', String.raw`\[${DAY}\] ?(?:\[ *[TC]\d+\] ?)?`),
  // syslog, journalctl -o short, short-precise, short-iso, short-unix, short-monotonic
  row('system log', String.raw`${DAY} \S+ [\w.\/-]+(?:\[\d+\])?: ?`),
  row('system log', String.raw`[\w.-]+ (?:kernel(?:\[\d+\])?|[\w.\/-]+\[\d+\]): ?`),
  row('system log', 'kernel: ?'),
  row('time stamps', String.raw`\d{9,10}\.\d{6} `),
  // RFC 5424; CRI of Kubernetes
  row('system log', String.raw`<\d{1,3}>1 \S+ \S+ \S+ \S+ \S+ (?:-|\[[^\]]*\]) ?(?:\xef\xbb\xbf)?`),
  row('container log', String.raw`\d{4}-\d\d-\d\dT\S+ std(?:out|err) [FP] `),
  // CI: GitHub, GitLab (`00O `), Jenkins, ts
  row('time stamps', String.raw`\[?${ISO}\]?:?(?: \d\d[OE][ +])? ?`),
  row('time stamps', `${DAY} `),
  row('time stamps', String.raw`\[\d\d:\d\d:\d\d(?:[.,]\d+)?\] ?|\d\d:\d\d:\d\d(?:[.,]\d+)? {1,2}`),
  row('hypervisor log', String.raw`\((?:XEN|d\d+)\) `),
  // `gh run view --log`
  row('time stamps', '[^\\t]{1,80}\\t[^\\t]{1,80}\\t(?=\\d{4}-)'),
  // docker compose, kubectl --prefix, and other names in front
  row('names in front', String.raw`[\w.-]+ +\| `),
  row('names in front', String.raw`\[[^\][]{1,60}\] `),
  // kselftest, TAP
  row('test log', '# (?=[ #])'),
  row('patch', '\\+'),
  // grep -n, grep -Hn; cat -n; nl and editors
  row('numbered', String.raw`(?:[\w.\/~+-]+[:-])?\d{1,9}[:-]`),
  row('numbered', String.raw` *\d{1,9}\t`),
  row('numbered', String.raw` *\d{1,9}(?:[|.)] ?| {1,2}(?=[ #]))`, { counts: true }),
];

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

/** Remove what logs and forwarders put in front, as far as known. */
export function takeOffLog(line: string, isWhole: (rest: string) => boolean): string {
  let rest = line;
  for (let i = 0; i < MOST && !isWhole(rest); i++) {
    const prefix = PREFIXES.find(({ counts, pattern }) => counts !== true && pattern.test(rest));
    if (prefix === undefined) break;
    rest = rest.replace(prefix.pattern, '');
  }
  return rest;
}

/** Remove these, each once, if present. */
export function takeOffThese(line: string, prefixes: readonly Prefix[]): string {
  let rest = line;
  for (const { pattern } of prefixes) rest = rest.replace(pattern, '');
  return rest;
}
