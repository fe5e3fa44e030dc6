// Why: detects binary recordings. Each format examines the first bytes; the first one that knows them opens the
// recording. Formats are loaded on demand: most traces are text, and a tenth of the code is for recordings.
import type { Bytes, OpenRecording } from './contract.ts';

export const openRecording: OpenRecording = async ({ path, bytes, stream, symbols }, head) => {
  if (bytes === undefined) {
    if (stream !== undefined) return undefined;
    const { openRawDirectory } = await import('./raw-directory.ts');
    return openRawDirectory(path) ?? (await (await perf()).openPerfDirectory(path, symbols));
  }
  const { openTraceDatRecording } = await traceDat();
  return (
    (await openTraceDatRecording(path, bytes, head, symbols)) ??
    (await (await perf()).openPerfRecording(path, bytes, head, symbols))
  );
};

const perf = () => import('./perf/open.ts');
const traceDat = () => import('./trace-dat/recording.ts');

/** The text of a latency tracer, which a recording can contain instead of events; undefined if there is none. */
export const latencyText = async (bytes: Bytes, head: Uint8Array): Promise<Uint8Array | undefined> =>
  (await traceDat()).latencyText(bytes, head);

export { isRecording } from './magic.ts';
