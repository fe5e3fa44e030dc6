// Why: one way in for every binary recording. Each format looks at the first bytes; the first that knows them opens it.
import type { OpenRecording } from './contract.ts';
import { openTraceDatRecording } from './trace-dat/recording.ts';

export const openRecording: OpenRecording = async ({ path, bytes }, head) => {
  if (bytes === undefined) return undefined;
  return await openTraceDatRecording(path, bytes, head);
};
