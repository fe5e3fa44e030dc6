// The place of an event in a recording, in words.
import type { Evidence } from './finding.ts';

/** `byte 8003424`, `byte 120 of the data compressed at byte 999424`. */
export function placeWords({ offset, unpacked }: NonNullable<Evidence['record']>): string {
  if (unpacked === undefined) return `byte ${offset}`;
  return offset === undefined
    ? `byte ${unpacked}, decompressed`
    : `byte ${unpacked} of the data compressed at byte ${offset}`;
}
