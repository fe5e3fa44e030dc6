// Events out of the text of a capture, with formats made for them as the kernel would: what a recording of the same
// events holds. Only probes and those tracepoints whose text says all of their fields.
import type { Out } from './out.ts';

export interface WrittenField {
  name: string;
  /** as a format declares it */
  type: string;
  offset: number;
  /** bytes; of `__data_loc` and `__rel_loc` those of the word */
  size: number;
  signed: boolean;
  is: 'number' | 'chars' | 'data' | 'rel';
}

export interface WrittenFormat {
  id: number;
  system: string;
  name: string;
  fields: WrittenField[];
  printFmt: string;
  /** bytes of the fields that every event has; 8 where nobody adds to them */
  common?: number;
}

export interface WrittenEvent {
  cpu: number;
  /** ns */
  ts: bigint;
  pid: number;
  comm: string;
  flags: number;
  format: WrittenFormat;
  values: (bigint | string)[];
  /** its line in the text */
  line: string;
}

export interface Written {
  events: WrittenEvent[];
  formats: WrittenFormat[];
  kallsyms: string;
  cmdlines: string;
  kernel: string;
  cpus: number;
  /** the lines of the events, as a text of its own */
  text: string;
}

export interface EventOptions {
  /** strings are `__rel_loc` */
  rel?: boolean;
  /** probes of the capture that had nothing to show are in the formats too */
  armed?: boolean;
}

const LINE = /^ *(.{1,16})-(\d+) +\[(\d+)\] (\S{4,5}) +(\d+)\.(\d{6}): (\w+): (.*)$/;
const SYSTEMS: Record<string, string> = { sched: 'sched', task: 'task', sys: 'syscalls', page: 'exceptions' };
const COMMON_BYTES = 8;

/** Addresses of functions, given as they are met. */
class Symbols {
  readonly #addresses = new Map<string, bigint>();

  address(place: string): bigint {
    const [, name, offset = '0'] = /^([\w.]+)(?:\+0x([0-9a-f]+))?/.exec(place) ?? [];
    let address = this.#addresses.get(name);
    if (address === undefined) {
      address = 0xffffffff81000000n + 0x10000n * BigInt(this.#addresses.size);
      this.#addresses.set(name, address);
    }
    return address + BigInt(`0x${offset}`);
  }

  get kallsyms(): string {
    const lines = [...this.#addresses].map(([name, address]) => `${address.toString(16)} T ${name}`);
    return `${[...lines, 'ffffffffff000000 T _end'].join('\n')}\n`;
  }
}

/** Read a capture's text. */
export function eventsOf(text: string, { rel = false, armed = false }: EventOptions = {}): Written {
  const symbols = new Symbols();
  const formats = new Map<string, WrittenFormat>();
  const comms = new Map<number, string>();
  const events: WrittenEvent[] = [];
  const lines = text.split('\n');
  const formatOf = (name: string, isReturn: boolean | undefined, args: [string, string][]): WrittenFormat => {
    const known = formats.get(name);
    if (known !== undefined) return known;
    const format = newFormat(1000 + formats.size, name, isReturn, args, rel);
    formats.set(name, format);
    return format;
  };
  for (const line of lines) {
    const m = LINE.exec(line);
    if (m === null) continue;
    const [, comm, pid, cpu, flags, seconds, us, name, rest] = m;
    const probe = /^\((\S+?)(?:\/0x[0-9a-f]+)?(?: <- (\w+))?\) ?(.*)$/.exec(rest);
    const args = argumentsIn(name, probe === null ? rest : probe[3]);
    if (args === undefined) continue;
    const format = formatOf(name, probe === null ? undefined : probe[2] !== undefined, args);
    const places = probe === null ? [] : probe[2] === undefined ? [probe[1]] : [probe[2], probe[1]];
    const values: (bigint | string)[] = places.map((place) => symbols.address(place));
    for (const { name: field, is, type } of format.fields.slice(places.length)) {
      const value = args.find(([key]) => key === field)?.[1] ?? '';
      if (is !== 'number') values.push(value);
      else values.push(type === 'void *' ? symbols.address(value) : BigInt(value));
    }
    if (pid !== '0') comms.set(Number(pid), comm.trim());
    events.push({
      cpu: Number(cpu),
      ts: BigInt(seconds) * 1_000_000_000n + BigInt(us) * 1000n,
      pid: Number(pid),
      comm: comm.trim(),
      flags: (/h|H/.test(flags[2]) ? 8 : 0) | (/s|H/.test(flags[2]) ? 16 : 0) | (flags[0] === 'd' ? 1 : 0),
      format,
      values,
      line,
    });
  }
  if (armed) for (const line of lines) defined(line, symbols, formats, rel);
  // the name that a thread had last is the one that a trace.dat knows
  const kept = events.filter(({ pid, comm }) => pid === 0 || comms.get(pid) === comm);
  return {
    events: kept,
    formats: [...formats.values()],
    kallsyms: symbols.kallsyms,
    cmdlines: [...comms].map(([pid, comm]) => `${pid} ${comm}\n`).join(''),
    kernel: /^# pindrift-release: (\S+)/m.exec(text)?.[1] ?? '5.10.0-32-amd64',
    cpus: 1 + Math.max(...kept.map(({ cpu }) => cpu)),
    text: `# tracer: nop\n#\n${kept.map(({ line }) => `${line}\n`).join('')}`,
  };
}

/** `# pindrift-armed: p:pindrift/bio_add bio_add_folio bio=%di:x64`, of a probe that was not met. */
function defined(line: string, symbols: Symbols, formats: Map<string, WrittenFormat>, rel: boolean): void {
  const [, type, name, symbol, args] = /^# pindrift-armed: ([pr])\d*:pindrift\/(\w+) (\S+)(.*)$/.exec(line) ?? [];
  if (name === undefined || formats.has(name)) return;
  symbols.address(symbol);
  const fields = [...args.matchAll(/ (\w+)=\S*:(\w+)/g)].map(([, field, as]): [string, string] => [
    field,
    as === 'symbol' ? 'name+0x1' : as.startsWith('x') ? '0x1' : '1',
  ]);
  formats.set(name, newFormat(1000 + formats.size, name, type === 'r', fields, rel));
}

/** Names and values; undefined: its text does not say its fields. */
function argumentsIn(event: string, text: string): [string, string][] | undefined {
  if (/^sys_\w+$/.test(event)) {
    const inner = /^\((.*)\)$/.exec(text)?.[1];
    return inner?.split(', ').map((part): [string, string] => {
      const [name, value] = part.split(': ');
      return [name, `0x${value}`];
    });
  }
  // what they print is not their fields, one by one
  if (/^block_|^task_newtask$/.test(event)) return undefined;
  const of = (name: string) =>
    event === 'sched_process_fork' && (name === 'comm' || name === 'pid') ? `parent_${name}` : name;
  return [...text.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]): [string, string] => [of(name), value]);
}

function newFormat(
  id: number,
  event: string,
  isReturn: boolean | undefined,
  args: [string, string][],
  rel: boolean,
): WrittenFormat {
  const fields: WrittenField[] = [];
  let at = COMMON_BYTES;
  const add = (name: string, type: string, size: number, signed: boolean, is: WrittenField['is']) => {
    if (is !== 'chars') at = Math.ceil(at / size) * size;
    fields.push({ name, type, offset: at, size, signed, is });
    at += size;
  };
  if (isReturn === false) add('__probe_ip', 'unsigned long', 8, false, 'number');
  if (isReturn === true) {
    add('__probe_func', 'unsigned long', 8, false, 'number');
    add('__probe_ret_ip', 'unsigned long', 8, false, 'number');
  }
  const symbols: string[] = [];
  for (const [name, value] of args) {
    if (/^[\w.]+\+0x/.test(value) && isReturn !== undefined) {
      symbols.push(name);
      add(name, 'void *', 8, false, 'number');
    } else if (/^0x/.test(value)) add(name, 'u64', 8, false, 'number');
    else if (/^-?\d+$/.test(value) && !name.endsWith('comm')) add(name, 's32', 4, true, 'number');
    else if (name.endsWith('comm')) add(name, 'char', 16, false, 'chars');
    else add(name, `${rel ? '__rel_loc' : '__data_loc'} char[]`, 4, false, rel ? 'rel' : 'data');
  }
  const system = isReturn === undefined ? (SYSTEMS[event.split('_')[0]] ?? 'pindrift') : 'pindrift';
  const name = /^sys_/.test(event) ? event.replace('sys_', 'sys_enter_') : event;
  return { id, system, name, fields, printFmt: printFmtOf(fields, symbols) };
}

function printFmtOf(fields: readonly WrittenField[], symbols: readonly string[]): string {
  const shown = fields.filter(({ name }) => !name.startsWith('__probe_'));
  const spec = ({ name, is, signed }: WrittenField) =>
    symbols.includes(name) ? '%pS' : is !== 'number' ? '%s' : signed ? '%d' : '0x%Lx';
  const value = ({ name, is, type }: WrittenField) =>
    is === 'data'
      ? `__get_str(${name})`
      : is === 'rel'
        ? `__get_rel_str(${name})`
        : `${type === 'void *' ? '(void *)' : ''}REC->${name}`;
  const head = fields.some(({ name }) => name === '__probe_func')
    ? ['(%lx <- %lx)', 'REC->__probe_func', 'REC->__probe_ret_ip']
    : fields.some(({ name }) => name === '__probe_ip')
      ? ['(%lx)', 'REC->__probe_ip']
      : [''];
  const words = [head[0], ...shown.map((field) => `${field.name}=${spec(field)}`)].join(' ').trim();
  return [`"${words}"`, ...head.slice(1), ...shown.map(value)].join(', ');
}

/** The text of `events/SYSTEM/EVENT/format`. */
export function formatText({ id, name, fields, printFmt, common = COMMON_BYTES }: WrittenFormat): string {
  const line = (declared: string, offset: number, size: number, signed: boolean) =>
    `\tfield:${declared};\toffset:${offset};\tsize:${size};\tsigned:${signed ? 1 : 0};`;
  const declared = ({ type, name: field, is, size }: WrittenField) =>
    is === 'chars' ? `${type} ${field}[${size}]` : `${type} ${field}`;
  return [
    `name: ${name}`,
    `ID: ${id}`,
    'format:',
    line('unsigned short common_type', 0, 2, false),
    line('unsigned char common_flags', 2, 1, false),
    line('unsigned char common_preempt_count', 3, 1, false),
    line('int common_pid', 4, 4, true),
    // as a kernel with PREEMPT_RT had it
    ...(common > COMMON_BYTES ? [line('unsigned char common_preempt_lazy_count', 8, 1, false)] : []),
    '',
    ...fields.map((field) => line(declared(field), field.offset, field.size, field.signed)),
    '',
    `print fmt: ${printFmt}`,
    '',
  ].join('\n');
}

/** The bytes of an event, as the ring buffer holds them. */
export function payload({ format, flags, pid, values }: WrittenEvent, out: Out): Out {
  const { length: from } = out;
  out.u16(format.id).u8(flags).u8(0).u32(pid);
  const last = format.fields.at(-1);
  const end =
    last === undefined ? (format.common ?? COMMON_BYTES) : Math.max(...format.fields.map((f) => f.offset + f.size));
  const strings: string[] = [];
  let at = end;
  for (const [i, { offset, size, is }] of format.fields.entries()) {
    out.zeros(from + offset - out.length);
    const value = values[i];
    if (typeof value === 'bigint') out.number(value, size);
    else if (is === 'chars') out.text(value.slice(0, 15)).zeros(size - Math.min(15, value.length));
    else {
      const length = value.length + 1;
      out.u32((length << 16) | (is === 'rel' ? at - offset - 4 : at));
      strings.push(value);
      at += length;
    }
  }
  for (const value of strings) out.string(value);
  return out.align(4, from);
}
