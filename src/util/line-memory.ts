// Why: the loops that run for every line or record are WebAssembly (src/assembly), and share one memory with
// JavaScript: the text, known layouts, records, pages of tables. Nothing is copied between them. Without WebAssembly
// (`--jitless`, or no SIMD) there is no such memory, and JavaScript does everything.
import { TABLES_AT } from '../assembly/layout.ts';
import { LOOPS } from './loops.wasm.ts';

/** The functions of src/assembly; addresses are bytes. */
export interface Loops {
  findNewlines(from: number, to: number, out: number): number;
  readLine(start: number, end: number, row: number, base: number, idBase: number, line: number): number;
  writeCell(
    type: number,
    args: number,
    end: number,
    line: number,
    ts: number,
    cpu: number,
    task: number,
    id: number,
  ): number;
  encodeRecords(records: number): number;
  decodeRecords(records: number, end: number): number;
  readColumn(leaf: number, column: number, out: number): number;
  sortRows(rows: number, count: number, other: number, counts: number): void;
  putIndexPage(rows: number, cells: number, children: number, page: number): void;
  forget(): void;
  learnColumns(bracket: number, point: number, digits: number, ns: number, context: boolean): void;
  learnTask(start: number, bracket: number, pid: number, tgid: number, id: number): void;
  learnType(kind: number, fn: number, kept: boolean, counted: number, table: number): number;
  learnPlain(type: number, nameStart: number, nameEnd: number, call: number): void;
  learnSite(
    type: number,
    nameStart: number,
    nameEnd: number,
    start: number,
    end: number,
    caller: number,
    id: number,
  ): void;
  learnShape(number: number, placed: boolean, forRecords: boolean, width: number): number;
  learnArgument(
    shape: number,
    text: number,
    length: number,
    target: number,
    slot: number,
    form: number,
    column: number,
    symbolLength: number,
    symbol: number,
  ): number;
  keepShape(type: number, shape: number): void;
}

/** The part of the WebAssembly interface that is used; TypeScript declares it only in its DOM types. */
interface WebAssemblyLike {
  Memory: new (descriptor: { initial: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
}

const WASM_PAGE = 64 * 1024;

let compiled: object | undefined;

export class LineMemory {
  readonly buffer: ArrayBuffer;
  readonly loops: Loops;
  #taken = TABLES_AT;

  private constructor(buffer: ArrayBuffer, loops: Loops) {
    this.buffer = buffer;
    this.loops = loops;
  }

  /**
   * @param more bytes for {@link take}; untouched memory costs nothing
   * @returns undefined if WebAssembly is missing, or has no SIMD
   */
  static of(more = 0): LineMemory | undefined {
    const assembly = (globalThis as unknown as { WebAssembly?: WebAssemblyLike }).WebAssembly;
    if (assembly === undefined) return undefined;
    try {
      compiled ??= new assembly.Module(Buffer.from(LOOPS, 'base64'));
      const memory = new assembly.Memory({ initial: Math.ceil((TABLES_AT + more) / WASM_PAGE) });
      const { exports } = new assembly.Instance(compiled, { env: { memory } });
      return new LineMemory(memory.buffer, exports as Loops);
    } catch {
      return undefined;
    }
  }

  /** Address of this many unused bytes, all zero; undefined if too few are left. */
  take(bytes: number): number | undefined {
    const at = this.#taken;
    if (at + bytes > this.buffer.byteLength) return undefined;
    this.#taken = (at + bytes + 15) & ~15;
    return at;
  }
}
