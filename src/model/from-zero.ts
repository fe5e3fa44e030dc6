// Why: on s390x the addresses of the kernel begin at 0, as those of user space do, and only the field says which of the two
// a number is. The model tells them apart by their sign, as all other machines do, so that here pointers get one before
// anything looks at them.
import type { Catalogue } from '../vocabulary/catalogue.ts';
import { isPointer, POINTER_SLOTS } from '../vocabulary/meaning.ts';
import { pointerFromZero } from '../vocabulary/number.ts';
import { type RecordBatch, STRIDE } from '../vocabulary/record.ts';

const NONE: readonly number[] = [];

/** Fold the pointers of all records; those that are folded stay as they are. */
export function foldPointers({ rows, length }: RecordBatch, catalogue?: Catalogue): void {
  for (let o = 0, end = length * STRIDE; o < end; o += STRIDE)
    for (const slot of POINTER_SLOTS[rows[o]] ?? slotsOf(rows[o], catalogue))
      rows[o + slot] = pointerFromZero(rows[o + slot]);
}

/** Of a kind of a rule. */
function slotsOf(kind: number, catalogue: Catalogue | undefined): readonly number[] {
  const meanings = catalogue?.meanings(kind);
  if (catalogue === undefined || meanings === undefined) return NONE;
  return catalogue.fields[kind].filter((_, i) => isPointer(meanings[i])).map(({ slot }) => slot);
}
