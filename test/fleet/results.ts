// The rows of a directory of results, read by another library than the one that wrote them.
import { DuckDBInstance } from '@duckdb/node-api';

export interface CaptureSeen {
  capture: string;
  path: string;
  status: string;
  verdict: string | null;
  findings: bigint;
  /** of its findings, in their order */
  fingerprints: string[];
}

/** By hash of the capture; a capture that stands in two parts is there twice. */
export async function capturesIn(folder: string): Promise<CaptureSeen[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  const read = async (table: string, order: string): Promise<Record<string, unknown>[]> =>
    (await db.runAndReadAll(`SELECT * FROM '${folder}/*.${table}.parquet' ORDER BY ${order}`)).getRowObjects();
  const captures = await read('captures', 'capture');
  const findings = await read('findings', 'capture, n');
  db.closeSync();
  return captures.map((row) => ({
    ...(row as unknown as CaptureSeen),
    fingerprints: findings
      .filter(({ capture }) => capture === row.capture)
      .map(({ fingerprint }) => String(fingerprint)),
  }));
}
