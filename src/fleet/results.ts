// Why: results outlive workers and are written by many at once: a part is a pair of files named by their content,
// complete or absent. The captures file of a part is written last, so findings without it do not count.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { InputError } from '../util/errors.ts';
import { writeFileWhole } from '../util/output.ts';
import { type CaptureResult, type CaptureRow, resultKey } from './contract.ts';
import { capturesParquet, findingsParquet } from './parquet.ts';

export const CAPTURES_END = '.captures.parquet';
export const FINDINGS_END = '.findings.parquet';

/** A folder of parts. */
export class Results {
  readonly folder: string;

  /** @throws InputError if the directory cannot be made */
  constructor(folder: string) {
    this.folder = folder;
    if (existsSync(folder)) return;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new InputError('cannot create a directory here', {
        where: folder,
        tryThis: 'use a directory that can be written',
        cause: error,
      });
    }
  }

  /**
   * Write the results of some captures.
   * @returns the name of the part
   */
  write(results: readonly CaptureResult[], version: string): string {
    const sorted = results.toSorted((a, b) => (resultKey(a.capture) < resultKey(b.capture) ? -1 : 1));
    const hash = createHash('sha256');
    for (const { capture } of sorted) hash.update(`${resultKey(capture)}:${capture.status}\n`);
    const name = `part-${hash.digest('hex').slice(0, 16)}`;
    const madeBy = `pindrift ${version}`;
    const findings = findingsParquet(
      sorted.flatMap((one) => one.findings),
      madeBy,
    );
    const captures = capturesParquet(
      sorted.map((one) => one.capture),
      madeBy,
    );
    writeFileWhole(join(this.folder, `${name}${FINDINGS_END}`), [findings]);
    writeFileWhole(join(this.folder, `${name}${CAPTURES_END}`), [captures]);
    return name;
  }

  /** Keys of captures with a final result, which a retry would not change. */
  async done(): Promise<Set<string>> {
    const keys = new Set<string>();
    for (const name of readdirSync(this.folder)) {
      if (!name.endsWith(CAPTURES_END)) continue;
      const columns = ['capture', 'version', 'config', 'status'];
      const rows = (await this.#read(name, columns)) as Pick<CaptureRow, 'capture' | 'version' | 'config' | 'status'>[];
      for (const row of rows) if (row.status === 'checked' || row.status === 'unusable') keys.add(resultKey(row));
    }
    return keys;
  }

  async #read(name: string, columns: string[]): Promise<Record<string, unknown>[]> {
    const path = join(this.folder, name);
    try {
      return await parquetReadObjects({ file: await asyncBufferFromFile(path), columns });
    } catch (error) {
      const tryThis = 'remove this file and the matching findings file; its captures are then checked again';
      throw new InputError('this part of the results cannot be read', { where: path, tryThis, cause: error });
    }
  }
}
