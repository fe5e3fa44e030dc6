// Why: one way in for every binary recording. Each format looks at the first bytes; the first that knows them opens it.
import type { OpenRecording } from './contract.ts';
import { openPerfDirectory, openPerfRecording } from './perf/open.ts';
import { openRawDirectory } from './raw-directory.ts';
import { openTraceDatRecording } from './trace-dat/recording.ts';

export const openRecording: OpenRecording = async ({ path, bytes, stream, symbols }, head) => {
  if (bytes === undefined) {
    return stream === undefined ? (openRawDirectory(path) ?? (await openPerfDirectory(path, symbols))) : undefined;
  }
  return (
    (await openTraceDatRecording(path, bytes, head, symbols)) ?? (await openPerfRecording(path, bytes, head, symbols))
  );
};

const MAGICS = [
  [0x17, 0x08, 0x44, ...Buffer.from('tracing')],
  [...Buffer.from('PERFILE2')],
  [...Buffer.from('2ELIFREP')],
];

/** Whether these first bytes are those of a recording that may be read, or may be of no use. */
export const isRecording = (head: Uint8Array): boolean =>
  MAGICS.some((magic) => magic.every((byte, i) => head[i] === byte));
