// A name for a drift that is the same in another run, boot, capture format or build: it is made of words only (rule, api,
// flags, what happened until the page and the mapping parted), never of pointers, pids, times or line numbers. What comes
// after that is no part of it: a watch names the drift when it happens, and when its I/O ends, what harm that does and
// whether the pin is given back are learned later.
import { createHash } from 'node:crypto';

export interface FingerprintParts {
  /** rule id */
  rule: string;
  /** kernel function that took the pin */
  api?: string | undefined;
  /** FOLL_ names, in any order */
  flags: readonly string[];
  /** what led to it, in trace order, up to where page and mapping parted */
  path: readonly { role: string }[];
}

/** What the first version was made of. */
export interface WholeStoryParts extends FingerprintParts {
  /** who uses the pin where the model knows: `bio`, `pipe` */
  owner?: string | undefined;
  /** the evidence in trace order, to its end */
  path: readonly { role: string; fn?: string | undefined }[];
  /** in any order */
  harm: readonly string[];
}

/** Bump when the same parts shall no longer give the same name, and keep the former name of `formerFingerprint`. */
export const FINGERPRINT_VERSION = 2;

/** When a pinned page is used and given back is timing, not the drift. */
const USES: ReadonlySet<string> = new Set(['i/o submit', 'i/o end', 'release']);

/** 16 hex digits. */
export function fingerprint({ api, flags, path, rule }: FingerprintParts): string {
  const roles = path.map(({ role }) => role).filter((role) => !USES.has(role));
  return named([
    `pindrift.fingerprint/${FINGERPRINT_VERSION}`,
    rule,
    symbol(api),
    unique(flags),
    // How often a step repeats (retries of a fault, several bios) is timing, too.
    roles.filter((role, i) => role !== roles[i - 1]),
  ]);
}

/** The name of version 1, which baselines and configs of earlier versions of pindrift hold. It changed with what came later. */
export function formerFingerprint(parts: WholeStoryParts): string {
  const path: string[] = [];
  for (const { role, fn } of parts.path) {
    const step = `${role} ${symbol(fn)}`;
    if (path.at(-1) !== step) path.push(step);
  }
  return named([
    'pindrift.fingerprint/1',
    parts.rule,
    symbol(parts.api),
    unique(parts.flags),
    parts.owner ?? '',
    path,
    unique(parts.harm),
  ]);
}

const named = (subject: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(subject)).digest('hex').slice(0, 16);

/** `bio_release_pages.part.0+0x1c` is `bio_release_pages`: offsets and clones are the compiler's. */
function symbol(name: string | undefined): string {
  return (name ?? '')
    .replace(/\+0x[0-9a-f]+(\/0x[0-9a-f]+)?$/, '')
    .replace(/\.(part|isra|constprop|cold|llvm)\b.*$/, '');
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)].toSorted();
}
