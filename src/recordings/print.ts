// Why: evidence is printed as by trace-cmd report and perf script, which use the `print fmt` of an event. Only events
// that are shown are printed.
import { secondsText } from '../util/seconds.ts';
import type { EventBytes } from './contract.ts';
import { addressAt, chars, dynamic, hexPointer } from './decode.ts';
import { Expression, NotUnderstood, type PrintValue, withoutEscapes } from './expression.ts';
import { type EventFormat, type Field, isText } from './format.ts';
import type { Kallsyms } from './kallsyms.ts';

const SPEC = /%([-+ #0]*)(\d+|\*)?(?:\.(\d+|\*))?(hh|h|ll|l|L|z|j|t)?(p[SsBFfxK]?R?|[a-zA-Z%])/g;

/** Arguments of an event: `(ffffffff93784ee4) mm=0xffff8f0041124200 addr=0x56237ff39968`, or `name=value` for each field. */
export function printArguments(
  format: EventFormat,
  payload: EventBytes,
  little: boolean,
  kallsyms: Kallsyms | undefined,
): string {
  try {
    return printed(format, payload, little, kallsyms).trimEnd();
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return printRaw(format, payload, little);
  }
}

function printed(format: EventFormat, payload: EventBytes, little: boolean, kallsyms: Kallsyms | undefined): string {
  // "a" "b", args
  const m = /^\s*((?:"(?:[^"\\]|\\.)*"\s*)+)([\s\S]*)$/.exec(format.printFmt);
  if (m === null) throw new NotUnderstood();
  const text = [...m[1].matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part]) => withoutEscapes(part)).join('');
  const args = new Expression(m[2], format, payload, little);
  return text.replace(SPEC, (_, flags = '', width, precision, _length, conversion: string) => {
    if (conversion === '%') return '%';
    const wide = width === '*' ? Number(args.argument()) : Number(width ?? 0);
    const exact = precision === '*' ? Number(args.argument()) : precision === undefined ? undefined : Number(precision);
    return padded(converted(conversion, flags, exact, args.argument(), kallsyms), Math.min(wide, 200), flags);
  });
}

function converted(
  conversion: string,
  flags: string,
  precision: number | undefined,
  value: PrintValue,
  kallsyms: Kallsyms | undefined,
): string {
  if (conversion === 's') {
    if (typeof value !== 'string') throw new NotUnderstood();
    return precision === undefined ? value : value.slice(0, precision);
  }
  if (typeof value === 'string') throw new NotUnderstood();
  if (conversion.startsWith('p')) {
    const unsigned = BigInt.asUintN(64, value);
    const place = /^p[SsBFf]/.test(conversion) ? kallsyms?.find(Number(BigInt.asIntN(64, value))) : undefined;
    if (place === undefined) return `0x${unsigned.toString(16)}`;
    return conversion === 'ps' || conversion === 'pf' ? place.name : `${place.name}+0x${place.offset.toString(16)}`;
  }
  const digits = (text: string) => (precision === undefined ? text : text.padStart(Math.min(precision, 200), '0'));
  switch (conversion) {
    case 'd':
    case 'i':
      return digits(String(BigInt.asIntN(64, value)));
    case 'u':
      return digits(String(value < 0n ? BigInt.asUintN(32, value) : value));
    case 'x':
    case 'X': {
      const hex = (value < 0n ? BigInt.asUintN(64, value) : value).toString(16);
      const text = digits(conversion === 'X' ? hex.toUpperCase() : hex);
      return flags.includes('#') && value !== 0n ? `0x${text}` : text;
    }
    case 'o':
      return digits(value.toString(8));
    case 'c':
      return String.fromCharCode(Number(value & 0xffn));
    default:
      throw new NotUnderstood();
  }
}

function padded(text: string, width: number, flags: string): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (flags.includes('0'))
    return text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0');
  return text.padStart(width);
}

/** Each field with its value, like `trace-cmd report -R`. */
export function printRaw(format: EventFormat, payload: EventBytes, little: boolean): string {
  return format.fields.map((field) => `${field.name}=${rawValue(field, payload, little)}`).join(' ');
}

function rawValue(field: Field, payload: EventBytes, little: boolean): string {
  const { buf, view, start, end } = payload;
  const at = start + field.offset;
  if (at + field.size > end) return '(cut)';
  if (field.array === 'data' || field.array === 'rel') {
    const part = dynamic(field, payload, little);
    if (part === undefined) return '(cut)';
    return isText(field) ? chars(buf, part.start, part.end) : `[${part.end - part.start} bytes]`;
  }
  if (isText(field)) return chars(buf, at, at + field.size);
  const { element } = field;
  if (element !== 1 && element !== 2 && element !== 4 && element !== 8) return `[${field.size} bytes]`;
  const values: string[] = [];
  for (let p = at; p + element <= at + field.size && values.length < 64; p += element) {
    if (element === 8) values.push(hexPointer(addressAt(view, p, 8, little)));
    else if (element === 4) values.push(String(field.signed ? view.getInt32(p, little) : view.getUint32(p, little)));
    else values.push(String(element === 2 ? view.getUint16(p, little) : view.getUint8(p)));
  }
  return field.array === 'fixed' ? `{${values.join(',')}}` : values[0];
}

/** enum trace_flag_type, include/linux/trace_events.h */
const FLAG = { IRQS_OFF: 1, NO_IRQS: 2, RESCHED: 4, HARDIRQ: 8, SOFTIRQ: 16, NMI: 64 } as const;

/** `d.h2.`: interrupts, need-resched, context, preemption, migration. Source: libtraceevent, data_latency_format(). */
export function contextWord(flags: number, preempt: number): string {
  const irqs = (flags & FLAG.IRQS_OFF) !== 0 ? 'd' : (flags & FLAG.NO_IRQS) !== 0 ? 'X' : '.';
  const hard = (flags & FLAG.HARDIRQ) !== 0;
  const soft = (flags & FLAG.SOFTIRQ) !== 0;
  const digit = (n: number) => (n === 0 ? '.' : n.toString(16));
  return [
    irqs,
    (flags & FLAG.RESCHED) !== 0 ? 'N' : '.',
    hard && soft ? 'H' : hard ? 'h' : soft ? 's' : '.',
    digit(preempt & 15),
    digit(preempt >> 4),
  ].join('');
}

/** `68.936086`, or the ticks. */
export function printedTime(ts: number, timeUnit: string, timeBase: number, digits: number): string {
  if (timeUnit !== 'ns') return String(BigInt(timeBase) + BigInt(Math.round(ts)));
  const unit = 10 ** (9 - digits);
  const ns = Math.round(ts / unit) * unit;
  return secondsText(ns, timeBase, digits);
}
