// What the number in a slot of a built-in kind stands for. Slots are shared by kinds, so that it depends on the kind, and
// where the slot has one meaning in almost all of them, on the name of the field.
import { KIND_FIELDS, type KindField } from './kinds.ts';
import type { FieldMeaning } from './probes.ts';
import { Slot } from './record.ts';

export type Meaning = FieldMeaning | 'bits' | 'length';

export const POINTER_NAMES = ['pages', 'bio', 'parent', 'pipe', 'owner', 'vmemmap', 'entry'] as const;
export const PAGE_NAMES = ['p1', 'p2', 'p3', 'new', 'kpage', 'cow', 'folio'] as const;

/** Meaning of a field of a built-in kind; must match the types in api/events.ts. */
export function meaningOf({ slot, name, type }: KindField): Meaning {
  if (type === 'pte') return 'bits';
  if (type === 'sym') return 'symbol';
  if (type === 'len') return 'length';
  if ((POINTER_NAMES as readonly string[]).includes(name)) return 'pointer';
  if (slot === Slot.MM) return 'mm';
  if (slot === Slot.PAGE) return 'page';
  if (slot === Slot.END || slot === Slot.ADDR) return 'number';
  if ((PAGE_NAMES as readonly string[]).includes(name)) return 'page';
  if (slot === Slot.OTHER && name === 'src') return 'mm';
  return 'number';
}

/** The number is a pointer of the kernel. */
export const isPointer = (meaning: Meaning): boolean => ['mm', 'page', 'pointer'].includes(meaning);

/** The slots of each built-in kind that hold pointers of the kernel; a swap entry is none. */
export const POINTER_SLOTS: readonly (readonly number[])[] = KIND_FIELDS.map((fields) => [
  ...new Set(fields.filter((field) => field.name !== 'entry' && isPointer(meaningOf(field))).map(({ slot }) => slot)),
]);
