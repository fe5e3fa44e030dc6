// Why: queues and DuckDB are for those who have a fleet; everybody else shall not install them. What is missing is said
// together with the command that brings it.
import { InputError } from '../util/errors.ts';

/** @throws InputError that names what to install, when the package is not there */
export async function optional<T>(name: string, packages: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new InputError(`this needs the package ${name}, which is not installed`, {
      tryThis: `npm install ${packages}  (with -g if pindrift was installed that way)`,
      cause: error,
    });
  }
}
