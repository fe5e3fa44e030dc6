// Why: queues and DuckDB are optional, so that not everybody has to install them. A missing package is reported
// together with the command to install it.
import { InputError } from '../util/errors.ts';

/** @throws InputError that names what to install, if the package is missing */
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
