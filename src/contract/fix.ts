// Why: rule pages, findings and reports name the commit that fixes a problem in one form, the one kernel developers
// quote.

/** A commit of the kernel that fixes a problem. */
export interface Fix {
  /** 12 hex digits */
  readonly commit: string;
  readonly subject: string;
  /** the first release that has it: `v5.19` */
  readonly since: string;
  /** stable series that have it in a later release: `5.10.y` */
  readonly stable?: readonly string[];
  /** the pins it is for; all of them if this is absent */
  readonly only?: FixScope;
}

export interface FixScope {
  readonly kind?: 'GET' | 'PIN';
  readonly hugetlb?: boolean;
  /** pins of direct I/O */
  readonly owner?: 'bio';
  /** what happens in this kernel function */
  readonly by?: string;
}

/** `1493a1913e34 ("mm/swap: remember ...") (in v5.19, 5.15.y; for FOLL_PIN)` */
export function fixText({ commit, subject, since, stable = [], only }: Fix): string {
  const scope = only === undefined ? '' : `; for ${scopeWords(only)}`;
  return `${commit} ("${subject}") (in ${[since, ...stable].join(', ')}${scope})`;
}

function scopeWords({ kind, hugetlb, owner, by }: FixScope): string {
  if (by !== undefined) return `${by}()`;
  if (owner !== undefined) return kind === undefined ? 'direct I/O' : `FOLL_${kind} of direct I/O`;
  const pages = kind === undefined ? 'pages' : `FOLL_${kind}`;
  if (hugetlb === undefined) return pages;
  return hugetlb ? `${pages} of hugetlb` : pages === 'pages' ? 'pages other than hugetlb' : `${pages}, not of hugetlb`;
}

/** The fix that a finding names; undefined: its text has another form. */
export function fixOf(text: string): Fix | undefined {
  const [, commit, subject, since, more] =
    /^([0-9a-f]{12,40}) \("(.*)"\) \(in (v\d+\.\d+)((?:, \d+\.\d+\.y)*)\)$/.exec(text) ?? [];
  if (commit === undefined) return undefined;
  return { commit, subject, since, ...(more === '' ? {} : { stable: more.slice(2).split(', ') }) };
}
