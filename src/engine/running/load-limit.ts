// Why: a file that loops while it is loaded holds the only thread that could say so. What it runs at once has the limit
// of a script; what it runs after an `await`, and all of an ECMAScript module, is stopped from a thread beside it.
import { Worker } from 'node:worker_threads';
import { InputError } from '../../util/errors.ts';
import { within } from './rule-limits.ts';

/** Runs in the thread: says that it is late, then stops what the main thread is doing. */
const CODE = `
const { parentPort, workerData } = require('node:worker_threads');
const { Session } = require('node:inspector');
setTimeout(() => {
  parentPort.postMessage('late');
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution', () => session.disconnect());
}, workerData);
`;

/**
 * Do it within so many ms.
 * @throws InputError that names the file which did not come back
 */
export async function loadWithin<T>(ms: number, shown: string, load: () => Promise<T>): Promise<T> {
  const thread = new Worker(CODE, { eval: true, workerData: ms });
  try {
    return await new Promise<T>((resolve, reject) => {
      thread.once('message', () => reject(late(ms, shown)));
      within(ms, () => void load().then(resolve, reject));
    });
  } finally {
    await thread.terminate();
  }
}

const late = (ms: number, shown: string): InputError =>
  new InputError(`${shown} did not return from import within ${ms / 1000} s`, {
    tryThis: 'allow more time with --rule-timeout SECONDS, or omit this file',
  });
