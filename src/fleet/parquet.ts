// Writes the two tables of a part of the results as Parquet. Times are UTC timestamps, addresses stay hex text
// (BigQuery and others have no unsigned 64-bit numbers), structured values are JSON.
import type { BasicType, ColumnSource } from 'hyparquet-writer';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { CaptureRow, FindingRow } from './contract.ts';

type Columns<Row> = readonly [name: keyof Row & string, type: BasicType][];

const CAPTURES: Columns<CaptureRow> = [
  ['capture', 'STRING'],
  ['path', 'STRING'],
  ['host', 'STRING'],
  ['modified', 'TIMESTAMP'],
  ['bytes', 'INT64'],
  ['status', 'STRING'],
  ['reason', 'STRING'],
  ['verdict', 'STRING'],
  ['kernel', 'STRING'],
  ['era', 'STRING'],
  ['arch', 'STRING'],
  ['format', 'STRING'],
  ['lines', 'INT64'],
  ['events', 'INT64'],
  ['lost', 'INT64'],
  ['losses', 'JSON'],
  ['undecided', 'JSON'],
  ['pins', 'INT64'],
  ['findings', 'INT64'],
  ['seconds', 'DOUBLE'],
  ['took', 'INT64'],
  ['version', 'STRING'],
  ['config', 'STRING'],
];

const FINDINGS: Columns<FindingRow> = [
  ['capture', 'STRING'],
  ['n', 'INT64'],
  ['rule', 'STRING'],
  ['severity', 'STRING'],
  ['confidence', 'STRING'],
  ['fingerprint', 'STRING'],
  ['fingerprint_version', 'INT64'],
  ['message', 'STRING'],
  ['cause', 'STRING'],
  ['harm', 'JSON'],
  ['pin', 'JSON'],
  ['evidence', 'JSON'],
];

export const capturesParquet = (rows: readonly CaptureRow[], madeBy: string): Uint8Array =>
  file(CAPTURES, rows, madeBy);
export const findingsParquet = (rows: readonly FindingRow[], madeBy: string): Uint8Array =>
  file(FINDINGS, rows, madeBy);

function file<Row>(columns: Columns<Row>, rows: readonly Row[], createdBy: string): Uint8Array {
  const columnData = columns.map(
    ([name, type]): ColumnSource => ({ name, type, nullable: true, data: rows.map((row) => cell(type, row[name])) }),
  );
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy }));
}

function cell(type: BasicType, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (type === 'INT64') return BigInt(value as number);
  if (type === 'TIMESTAMP') return new Date(value as string);
  return value;
}
