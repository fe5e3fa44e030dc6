// Why: converts records to bytes and back a batch at a time, if there is memory for it (src/assembly/records.ts).
import { BATCH_RECORDS, BEYOND, CHUNK_AT, RECORD_MOST_BYTES, RECORDS_AT, STRIDE } from '../assembly/layout.ts';
import type { LineMemory, Loops } from '../util/line-memory.ts';
import type { RecordBatch } from '../vocabulary/record.ts';

export class RecordBytes {
  readonly #loops: Loops;
  readonly #rows: Float64Array;
  readonly #chunk: Uint8Array;

  constructor({ buffer, loops }: LineMemory) {
    this.#loops = loops;
    this.#rows = new Float64Array(buffer, RECORDS_AT, BATCH_RECORDS * STRIDE);
    this.#chunk = new Uint8Array(buffer, CHUNK_AT, (BATCH_RECORDS + 2) * RECORD_MOST_BYTES);
  }

  /** Up to BATCH_RECORDS records as bytes, valid until the next call. */
  encode({ rows, length }: RecordBatch): Uint8Array {
    const mine = this.#rows;
    if (rows.buffer !== mine.buffer || rows.byteOffset !== mine.byteOffset) mine.set(rows.subarray(0, length * STRIDE));
    return this.#chunk.subarray(0, this.#loops.encodeRecords(length) - CHUNK_AT + BEYOND);
  }

  /**
   * Make a chunk that {@link holds} the batch's rows, valid until the next call.
   * @returns how many bytes that took; another number than there are when they are no chunk
   */
  decode(bytes: Uint8Array, records: number, batch: RecordBatch): number {
    batch.rows = this.#rows;
    batch.length = records;
    this.#chunk.set(bytes);
    return this.#loops.decodeRecords(records, CHUNK_AT + bytes.length - BEYOND) - CHUNK_AT;
  }

  holds(bytes: Uint8Array, records: number): boolean {
    return records <= BATCH_RECORDS && bytes.length <= BATCH_RECORDS * RECORD_MOST_BYTES;
  }
}
