// Constants of the replay's encoding, which replay-codec.ts describes.
import { Slot, STRIDE } from '../vocabulary/record.ts';

/** Reference of a slot's difference: the last record, the last one on this CPU, or the last one of this kind. */
const ANY = 0;
export const ON_CPU = 1;
export const OF_KIND = 2;

export const BEFORE = new Uint8Array(STRIDE).fill(OF_KIND);
for (const slot of [Slot.CPU, Slot.TS, Slot.OFFSET, Slot.LINE]) BEFORE[slot] = ANY;
// the events of a fault, of several kinds, have the same task, address and mm
for (const slot of [Slot.PID, Slot.TGID, Slot.MM, Slot.ADDR, Slot.PAGE, Slot.PTE_LO, Slot.CTX]) BEFORE[slot] = ON_CPU;

/** The width of a number by its leading zeros. */
export const WIDTH = Uint8Array.from({ length: 33 }, (_, zeros) =>
  zeros === 32 ? 0 : zeros >= 24 ? 1 : zeros >= 16 ? 2 : 3,
);

/** Instead of a difference: the eight bytes of a double follow. */
export const WHOLE = -1;

/** Bits of the upper half of a double: all set in NaN, and never all set otherwise. */
export const NAN_BITS = 0x7ff80000;
