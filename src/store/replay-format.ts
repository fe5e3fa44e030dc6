// Constants of the replay's encoding, which replay-codec.ts describes.
import { Slot, STRIDE } from '../vocabulary/record.ts';

/** What a slot is near to: the record before, the one before on this CPU, the one before of this kind. */
const ANY = 0;
export const ON_CPU = 1;
export const OF_KIND = 2;

export const BEFORE = new Uint8Array(STRIDE).fill(OF_KIND);
for (const slot of [Slot.CPU, Slot.TS, Slot.OFFSET, Slot.LINE]) BEFORE[slot] = ANY;
// a fault is one task at one address of one mm, through several kinds
for (const slot of [Slot.PID, Slot.TGID, Slot.MM, Slot.ADDR, Slot.PAGE, Slot.PTE_LO, Slot.CTX]) BEFORE[slot] = ON_CPU;

/** The width of a number by its leading zeros. */
export const WIDTH = Uint8Array.from({ length: 33 }, (_, zeros) =>
  zeros === 32 ? 0 : zeros >= 24 ? 1 : zeros >= 16 ? 2 : 3,
);

/** In place of a number: what follows is no difference. */
export const WHOLE = -1;

/** Of the upper half of a double: set in NaN, and not all of them in any other. */
export const NAN_BITS = 0x7ff80000;
