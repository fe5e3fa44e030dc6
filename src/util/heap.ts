// Why: what lives while a trace streams by is a few megabytes, but V8 lets garbage grow to many times that before it
// looks, as if the program had just begun to build something. Whoever checks a trace beside a busy machine counts them.
// V8 reads these flags at each collection, so they may be set while it runs.
import { setFlagsFromString } from 'node:v8';

/** Look through the old generation when it has grown by two fifths. Costs nothing that can be measured. */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=40');
}

/** Keep the young generation as large as it is by now; to be called when everything is loaded. */
export function keepYoungHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
