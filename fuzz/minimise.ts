// Why: a case of five lines can be understood; one of five thousand is postponed.

/** ms that may go into it */
const PATIENCE = 20_000;

/** Fewer bytes that still do it: lines, or pieces where there are no lines, are left out as long as that holds. */
export async function minimised(
  bytes: Uint8Array,
  holds: (bytes: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  const until = Date.now() + PATIENCE;
  let best = bytes;
  for (let size = Math.ceil(partsOf(best).length / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let at = 0; at < partsOf(best).length; ) {
      if (Date.now() > until) return best;
      const parts = partsOf(best);
      const less = Buffer.concat([...parts.slice(0, at), ...parts.slice(at + size)]);
      if (less.length < best.length && (await holds(less))) best = less;
      else at += size;
    }
  }
  return best;
}

/** Lines with their ends; of what has none, pieces of 64 bytes. */
function partsOf(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const isText = bytes.subarray(0, 2000).every((byte) => byte !== 0);
  for (let at = 0; at < bytes.length; ) {
    const newline = isText ? bytes.indexOf(10, at) : at + 63;
    const end = newline < 0 ? bytes.length : Math.min(bytes.length, newline + 1);
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts;
}
