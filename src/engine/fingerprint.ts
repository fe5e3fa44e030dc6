// A name for a drift that is the same in another run, boot, capture format or build: it is made of words
// only (rule, api, flags, what happened in which kernel function, harm), never of pointers, pids, times or
// line numbers.
import { createHash } from 'node:crypto';

export interface FingerprintParts {
  /** rule id */
  rule: string;
  /** kernel function that took the pin */
  api?: string | undefined;
  /** FOLL_ names, in any order */
  flags: readonly string[];
  /** who uses the pin where the model knows: `bio`, `io_uring`, `pipe`, `vfio` */
  owner?: string | undefined;
  /** the evidence in trace order */
  path: readonly { role: string; fn?: string | undefined }[];
  /** in any order */
  harm: readonly string[];
}

/** Bump when the same parts shall no longer give the same name. */
export const FINGERPRINT_VERSION = 1;
const VERSION = `pindrift.fingerprint/${FINGERPRINT_VERSION}`;

/** 16 hex digits. */
export function fingerprint(parts: FingerprintParts): string {
  const path: string[] = [];
  for (const { role, fn } of parts.path) {
    const step = `${role} ${symbol(fn)}`;
    // How often a step repeats (retries of a fault, several bios) is timing, not the drift.
    if (path.at(-1) !== step) {
      path.push(step);
    }
  }
  const subject = [
    VERSION,
    parts.rule,
    symbol(parts.api),
    unique(parts.flags),
    parts.owner ?? '',
    path,
    unique(parts.harm),
  ];
  return createHash('sha256').update(JSON.stringify(subject)).digest('hex').slice(0, 16);
}

/** `bio_release_pages.part.0+0x1c` is `bio_release_pages`: offsets and clones are the compiler's. */
function symbol(name: string | undefined): string {
  return (name ?? '')
    .replace(/\+0x[0-9a-f]+(\/0x[0-9a-f]+)?$/, '')
    .replace(/\.(part|isra|constprop|cold|llvm)\b.*$/, '');
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)].toSorted();
}
