// Why: a capture is an untrusted file. It is checked in a process of its own, which may run out of memory, loop or
// crash without affecting other captures; the parent (pool.ts) monitors and ends it. One process checks captures one
// after the other, since its start costs more than a small capture. (Started by its path; never imported.)

import { accessSync, constants, statSync } from 'node:fs';
import { settle, today } from '../config/settle.ts';
import { setUp } from '../config/setup.ts';
import { check } from '../engine/check.ts';
import { InputError } from '../util/errors.ts';
import { tuneForReading } from '../util/v8.ts';
import type { CheckSettings } from './contract.ts';
import type { CheckAnswer, CheckOrder } from './pool.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as CheckSettings;
const setup = setUp({ folder: process.cwd(), rules: settings.rules, config: settings.config ?? false });

async function answer({ path, kernel }: CheckOrder): Promise<CheckAnswer> {
  try {
    accessSync(path, constants.R_OK);
    tuneForReading(statSync(path).size);
    const { rules, running, ...rest } = await setup;
    const report = await check([path], { rules, running, kernel: kernel ?? settings.kernel, workers: 1 });
    return { report: settle(report, rest, today()).report };
  } catch (error) {
    const unreadable = systemError(error);
    if (unreadable !== undefined) return { unreadable: `${unreadable}: ${path}` };
    if (error instanceof InputError) return { unusable: [error.message, error.tryThis].filter(Boolean).join('; ') };
    throw error;
  }
}

/**
 * The operating system could not read it (no such file, stale handle, I/O error), which is not caused by the capture.
 */
function systemError(error: unknown): string | undefined {
  const cause = error instanceof InputError ? error.cause : error;
  const { code, syscall } = (cause ?? {}) as NodeJS.ErrnoException;
  return syscall === undefined ? undefined : code;
}

process.on('message', (order: CheckOrder) => {
  answer(order).then(
    (said) => process.send?.(said),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(70);
    },
  );
});
process.on('disconnect', () => process.exit(0));
