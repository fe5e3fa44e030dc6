// Frames of zstd that hold what they hold as it is (RFC 8878: raw blocks), without the size of their content, as
// trace-cmd and perf write them.

const MOST = 1 << 17;

export function zstdFrame(bytes: Uint8Array): Buffer {
  return Buffer.concat([frameStart(), ...blocks(bytes), Buffer.from(lastBlock())]);
}

/** The beginning of a frame: magic, no content size, a window of 128 KiB and more. */
export const frameStart = (): Buffer => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]);

export function blocks(bytes: Uint8Array): Buffer[] {
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += MOST) {
    const part = bytes.subarray(at, at + MOST);
    const head = part.length << 3;
    out.push(Buffer.from([head & 255, (head >> 8) & 255, head >> 16]), Buffer.from(part));
  }
  return out;
}

const lastBlock = (): number[] => [1, 0, 0];
