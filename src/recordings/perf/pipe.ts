// Why: the pipe of `perf record -o -` is followed as the text that `perf script` makes of it (live/perf-pipe.ts), and that
// text shows events only. Which events were opened, for which tasks, on which kernel, what perf lost without saying so in
// the text, and whether the last round is complete, is in the records between the samples. They are read as they pass.
import { OF_PIPE } from '../../parsers/formats/head.ts';
import { Damaged, MemoryBytes, viewOf } from '../bytes.ts';
import { openPerfFile } from './file.ts';
import { RecordType } from './layout.ts';
import { type RecordingFacts, recordedBy, workloadOf } from './scope.ts';
import { isExec, TASK_BYTES, type Workload } from './workload.ts';

/** Bytes of a record that are looked at: its head, and the number behind it. */
const LOOKED_AT = 16;
/** Records of tasks are looked at as far as they say who began and ended. */
const OF_TASKS = new Set<number>([RecordType.Comm, RecordType.Exit]);
/** Size of the head of a pipe. */
const PIPE_HEAD = 16;
/** Formats of all events of a kernel and its symbols have 20 MB; more is not kept. */
const MOST_KEPT = 64 << 20;

export class PipeRecords {
  readonly #little: boolean;
  /** everything before the first sample; undefined: no longer kept */
  #kept: Uint8Array[] | undefined = [];
  #keptBytes = 0;
  readonly #record = new Uint8Array(TASK_BYTES);
  readonly #view = viewOf(this.#record);
  #have = 0;
  /** bytes to pass over */
  #skip = PIPE_HEAD;
  #facts: RecordingFacts | undefined;
  #workload: Workload | undefined;
  #isOpen = false;
  #lost = 0;
  #damage: string | undefined;

  /** @param head the first bytes, PERFILE2 in either byte order */
  constructor(head: Uint8Array) {
    this.#little = head[0] === 0x50;
  }

  /** The next bytes of the pipe, in pieces of any size. */
  take(piece: Uint8Array): void {
    if (this.#kept !== undefined) this.#keep(piece);
    for (let at = 0; at < piece.length; ) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, piece.length - at);
        this.#skip -= step;
        at += step;
      } else {
        this.#record[this.#have++] = piece[at++];
        if (this.#have === this.#wanted()) this.#look();
      }
    }
  }

  /** What the records before the first event say; nothing if they were not understood, or if no event has passed yet. */
  get facts(): RecordingFacts {
    return this.#facts ?? {};
  }

  /** What the text does not show; at the end of the pipe. */
  get damage(): string | undefined {
    if (this.#damage !== undefined) return this.#damage;
    if (this.#lost > 0) return `perf could not write ${this.#lost} samples`;
    // perf ends a pipe with a round
    const isCut = this.#isOpen || this.#have > 0 || this.#skip > 0;
    return isCut ? 'the pipe of perf is truncated: it ends within a round' : this.#workload?.missing;
  }

  /** A record of 8 bytes has no number behind its head. */
  #wanted(): number {
    if (this.#have < 8 || this.#size() < LOOKED_AT) return 8;
    return OF_TASKS.has(this.#type()) ? Math.min(this.#size(), TASK_BYTES) : LOOKED_AT;
  }

  #type(): number {
    return this.#view.getUint32(0, this.#little);
  }

  #size(): number {
    return this.#view.getUint16(6, this.#little);
  }

  #look(): void {
    const size = this.#size();
    const type = this.#type();
    if (size < 8) this.#damage ??= 'a record in the pipe of perf has no size';
    this.#skip = Math.max(0, size - this.#have);
    if (type === RecordType.TracingData) this.#skip += (this.#view.getUint32(8, this.#little) + 7) & ~7;
    else if (type === RecordType.AuxTrace) this.#skip += Number(this.#view.getBigUint64(8, this.#little));
    else if (type === RecordType.LostSamples) this.#lost += Number(this.#view.getBigUint64(8, this.#little));
    else if (type === RecordType.FinishedRound) this.#isOpen = false;
    else if (type === RecordType.Sample) {
      this.#isOpen = true;
      this.#understand();
      // what is in compressed records is not looked at, and could be a loss
    } else if (type === RecordType.Compressed || type === RecordType.Compressed2) this.#kept = undefined;
    else if (OF_TASKS.has(type)) this.#lookAtTask(type);
    this.#have = 0;
  }

  #lookAtTask(type: number): void {
    const record = { type, buf: this.#record, view: this.#view, at: 0, end: this.#have, little: this.#little };
    // tasks that were there before have no exec; the program may begin before the first sample
    if (isExec(record)) this.#understand();
    this.#workload?.see(record);
  }

  #keep(piece: Uint8Array): void {
    this.#kept?.push(piece.slice());
    this.#keptBytes += piece.length;
    if (this.#keptBytes > MOST_KEPT) this.#kept = undefined;
  }

  /** The first sample, or exec: everything that describes it is there. */
  #understand(): void {
    if (this.#kept === undefined) return;
    try {
      const file = openPerfFile(new MemoryBytes(Buffer.concat(this.#kept)));
      this.#workload = workloadOf(file);
      if (file.damage.length > 0) this.#damage ??= `the pipe of perf: ${file.damage.join('; ')}`;
      else
        this.#facts = {
          variant: OF_PIPE,
          kernel: file.release,
          machine: file.machine,
          cpus: file.cpus,
          ...recordedBy(file),
        };
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      this.#damage ??= `the pipe of perf: ${error.message}`;
    }
    this.#kept = undefined;
  }
}
