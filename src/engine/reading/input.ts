// The input of a trace: a file that can be opened repeatedly, or text in memory (tests, programs).
import type { Origin } from '../../contract/finding.ts';
import type { SourceOptions } from '../../parsers/bytes/source-input.ts';
import type { Source } from '../../parsers/bytes/wrapped-source.ts';
import { mended } from '../../parsers/mend/open.ts';
import { openSource } from '../../parsers/source.ts';

export interface TraceInput {
  /** its name for messages */
  readonly path: string;
  /** the file, if it is one: workers open it again */
  readonly file?: string;
  /** if it was merged from several files: the file and line of a line */
  readonly origin?: (line: number) => Origin | undefined;
  /** the number of these files */
  readonly files?: number;
  open(options?: SourceOptions): Promise<Source>;
}

export const fileInput = (path: string): TraceInput => ({
  path,
  file: path,
  open: (options) => openSource(path, options),
});

/** @param text trace text, uncompressed; a string is complete, whether its last line ends with a newline or not */
export function memoryInput(path: string, text: string | Uint8Array): TraceInput {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(whole(text)) : text;
  return {
    path,
    open: async (options) => {
      const open = () => new MemorySource(path, bytes, options?.start ?? 0, options?.end ?? bytes.length);
      return options?.start === undefined && options?.end === undefined ? mended(open(), async () => open()) : open();
    },
  };
}

const whole = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

class MemorySource implements Source {
  readonly path: string;
  readonly compression = 'none' as const;
  readonly damage = undefined;
  readonly size: number;
  position: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(path: string, bytes: Uint8Array, start: number, end: number) {
    this.path = path;
    this.size = bytes.length;
    this.position = start;
    this.#bytes = bytes;
    this.#end = end;
  }

  async head(): Promise<Uint8Array> {
    return this.#bytes.subarray(this.position, Math.min(this.#end, this.position + 64 * 1024));
  }

  read(into: Uint8Array): number {
    const n = Math.max(0, Math.min(into.length, this.#end - this.position));
    into.set(this.#bytes.subarray(this.position, this.position + n));
    this.position += n;
    return n;
  }

  close(): void {}
}
