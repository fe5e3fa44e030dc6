// Why: rows of the tables have a span of releases instead of a list of known kernels.

/** `6.12` as a number that grows with the release: 6012. */
export function version(release: string): number {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(release.trim()) ?? [];
  return major === undefined ? Number.NaN : Number(major) * 1000 + Number(minor);
}

/** `5.18..6.10`: since v5.18 and no longer in v6.10; `..5.18` and `6.10..` are open on one side. */
export type Releases = `${string}..${string}`;

export function isWithin(span: Releases, release: number): boolean {
  const [since, until] = span.split('..');
  return (since === '' || release >= version(since)) && (until === '' || release < version(until));
}
