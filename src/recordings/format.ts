// Why: the layout of an event is defined in its `format` file (events/SYSTEM/EVENT/format in tracefs), which every
// recording contains. Fields are sufficient for an mm event; `print fmt` is kept for printing.
//
//   name: fault
//   ID: 1731
//   format:
//   	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
//   	field:__data_loc char[] filename;	offset:8;	size:4;	signed:0;
//   	field:u64 vec[4];	offset:16;	size:32;	signed:0;
//
//   print fmt: "(%lx) mm=0x%Lx", REC->__probe_ip, REC->mm
// Source: kernel/trace/trace_events.c, f_show().

export interface Field {
  name: string;
  /** as declared: `unsigned long`, `__data_loc char[]` */
  type: string;
  /** from the beginning of the event */
  offset: number;
  /** bytes, of the whole array if it is one */
  size: number;
  signed: boolean;
  /** consecutive elements, or (`data`, `rel`) a word with their position */
  array: 'no' | 'fixed' | 'data' | 'rel';
  /** bytes of an element */
  element: number;
}

export interface EventFormat {
  id: number;
  system: string;
  name: string;
  /** `common_type`, `common_pid` ...: every event has them */
  common: readonly Field[];
  fields: readonly Field[];
  printFmt: string;
}

/** The longest of a kernel has some thousand characters (names of flags). */
const MOST_PRINT = 1 << 15;

/** More than any event of a kernel has (MAX_TRACE_ARGS is 128). */
const MOST_FIELDS = 512;

/** Characters that kernel formats do not contain. */
const NO_FORMAT = /[^\t\n\r\x20-\x7e]/;

/** Parse a format file; undefined if it is invalid or damaged. */
export function readFormat(text: string, system: string): EventFormat | undefined {
  const name = /^name: *([\w-]+)\s*$/m.exec(text)?.[1];
  const id = Number(/^ID: *(\d+)/m.exec(text)?.[1]);
  if (name === undefined || !Number.isInteger(id) || id > 0xffff) return undefined;
  const common: Field[] = [];
  const fields: Field[] = [];
  for (const field of readFields(text)) (field.name.startsWith('common_') ? common : fields).push(field);
  const fmt = text.indexOf('print fmt: ');
  if (NO_FORMAT.test(fmt < 0 ? text.trimEnd() : text.slice(0, fmt))) return undefined;
  return {
    id,
    system,
    name,
    common,
    fields,
    printFmt: fmt < 0 ? '' : text.slice(fmt + 11, fmt + 11 + MOST_PRINT).trim(),
  };
}

/** The fields of a format, or of `header_page`, which has nothing else. */
export function readFields(text: string): Field[] {
  const out: Field[] = [];
  const lines =
    /^[ \t]*field:[ \t]*([^;\n]{1,256});[ \t]*offset:[ \t]*(\d{1,9});[ \t]*size:[ \t]*(\d{1,9});(?:[ \t]*signed:[ \t]*(\d+);)?/gm;
  for (const [, declared, offset, size, signed] of text.matchAll(lines)) {
    const field = declaredAs(declared.trim(), Number(offset), Number(size), signed === '1');
    if (field !== undefined && out.push(field) >= MOST_FIELDS) break;
  }
  return out;
}

function declaredAs(text: string, offset: number, size: number, signed: boolean): Field | undefined {
  const m = /^(.*?)([A-Za-z_]\w*)((?:\[[^\]]*\])*)$/s.exec(text);
  if (m === null) return undefined;
  const [, before, name, brackets] = m;
  const type = before.trim();
  const dynamic = /^__data_loc\b/.test(type) ? 'data' : /^__rel_loc\b/.test(type) ? 'rel' : undefined;
  if (dynamic !== undefined)
    return { name, type, offset, size, signed, array: dynamic, element: sizeOf(type.replace(/^__\w+\s+/, '')) };
  const count = [...brackets.matchAll(/\[(\d+)\]/g)].reduce((n, [, d]) => n * Number(d), 1);
  const array = brackets === '' ? 'no' : 'fixed';
  return { name, type, offset, size, signed, array, element: count > 0 && array === 'fixed' ? size / count : size };
}

/** Bytes of an element by its type, if a dynamic array does not give it. */
function sizeOf(type: string): number {
  if (/\b(?:char|u8|s8|x8|bool)\b/.test(type)) return 1;
  if (/\b(?:short|u16|s16|x16)\b/.test(type)) return 2;
  if (/\b(?:long|u64|s64|x64)\b|\*/.test(type)) return 8;
  return 4;
}

/** Bytes of an event by its fields; NaN if one of them has variable length. */
export function fixedSize({ common, fields }: EventFormat): number {
  let end = Number.NaN;
  for (const { array, offset, size } of [...common, ...fields]) {
    // `unsigned long caller[]` has size 0
    if (array === 'data' || array === 'rel' || size === 0) return Number.NaN;
    if (!(offset + size <= end)) end = offset + size;
  }
  return end;
}

/** Whether a field contains characters. */
export const isText = (field: Field): boolean => field.array !== 'no' && /\bchar\b/.test(field.type);
