// A hash that is the same for a drift in another run, boot, capture format or build: it is computed only from words
// (rule, api, flags, the steps up to the drift), never from pointers, pids, times or line numbers. Later steps are not
// part of it: a watch reports the drift when it happens, and learns about the end of its I/O, harm and release later.
import { createHash } from 'node:crypto';

export interface FingerprintParts {
  /** rule id */
  rule: string;
  /** kernel function that took the pin */
  api?: string | undefined;
  /** FOLL_ names, in any order */
  flags: readonly string[];
  /** the steps that led to it, in trace order, up to the drift */
  path: readonly { role: string; wrprotect?: string | undefined }[];
}

/** Input of version 1. */
export interface WholeStoryParts extends FingerprintParts {
  /** the user of the pin if known: `bio`, `pipe` */
  owner?: string | undefined;
  /** all steps of the evidence in trace order */
  path: readonly { role: string; fn?: string | undefined }[];
  /** in any order */
  harm: readonly string[];
}

/** Increment if the same parts should give another hash, and keep the former one in `formerFingerprint`. */
export const FINGERPRINT_VERSION = 2;

/** Use and release of a pinned page depend on timing, and are not part of the drift. */
const USES: ReadonlySet<string> = new Set(['i/o submit', 'i/o end', 'release']);

/** 16 hex digits. */
export function fingerprint({ api, flags, path, rule }: FingerprintParts): string {
  const roles = path.filter(({ role }) => !USES.has(role)).map(nameOf);
  return named([
    `pindrift.fingerprint/${FINGERPRINT_VERSION}`,
    rule,
    symbol(api),
    unique(flags),
    // How often a step repeats (retries of a fault, several bios) depends on timing, too.
    roles.filter((role, i) => role !== roles[i - 1]),
  ]);
}

/** mprotect, and clear_refs, which has a rule of its own, have the name of the role. */
const nameOf = ({ role, wrprotect = 'mprotect' }: FingerprintParts['path'][number]): string =>
  wrprotect === 'mprotect' || wrprotect === 'soft-dirty' ? role : `${role} ${wrprotect}`;

/**
 * The hash of version 1, which baselines and configs of earlier versions of pindrift contain. It depended on later
 * steps.
 */
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

/** `bio_release_pages.part.0+0x1c` becomes `bio_release_pages`: offsets and clones depend on the compiler. */
function symbol(name: string | undefined): string {
  return (name ?? '')
    .replace(/\+0x[0-9a-f]+(\/0x[0-9a-f]+)?$/, '')
    .replace(/\.(part|isra|constprop|cold|llvm)\b.*$/, '');
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)].toSorted();
}
