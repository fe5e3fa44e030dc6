// The same events with other formats: kernels move fields, widen them and add others. Only the values stay.
import type { Written, WrittenEvent, WrittenField, WrittenFormat } from './events.ts';

/** A field, and how its value is said. */
export interface Reshaped extends Omit<WrittenField, 'offset'> {
  /** index of the field whose value it has; undefined: `filler` */
  of?: number;
  filler?: bigint;
  /** bytes before it */
  gap?: number;
}

export function reshape(
  written: Written,
  how: (fields: WrittenField[], format: WrittenFormat) => Reshaped[],
  common = 8,
): Written {
  const formats = new Map<WrittenFormat, { format: WrittenFormat; fields: Reshaped[] }>();
  for (const format of written.formats) {
    const fields = how(format.fields, format);
    let at = common;
    const placed = fields.map(({ of: _, filler: __, gap = 0, ...field }): WrittenField => {
      at += gap;
      if (field.is !== 'chars') at = Math.ceil(at / Math.min(8, field.size)) * Math.min(8, field.size);
      const offset = at;
      at += field.size;
      return { ...field, offset };
    });
    formats.set(format, { format: { ...format, common, fields: placed }, fields });
  }
  const moved = (event: WrittenEvent): WrittenEvent => {
    const known = formats.get(event.format);
    if (known === undefined) return event;
    const values = known.fields.map(({ of, filler = 0n }) => (of === undefined ? filler : event.values[of]));
    return { ...event, format: known.format, values };
  };
  return { ...written, formats: [...formats.values()].map(({ format }) => format), events: written.events.map(moved) };
}
