// Why: the arguments of a `print fmt` are C expressions over the event's fields. The kernel's events use only some:
// fields, casts, shifts and masks, symbolic names. Anything else is not supported, and the event is printed raw.
import type { EventBytes } from './contract.ts';
import { chars, dynamic } from './decode.ts';
import type { EventFormat, Field } from './format.ts';

/** An unsupported expression. */
export class NotUnderstood extends Error {}

export type PrintValue = bigint | string;

const TOKEN =
  /\s*(?:(0x[0-9a-fA-F]+|\d+)[uUlL]*|"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*)|(->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>?:(){}[\],.]))/y;

type Token = { kind: 'number' | 'string' | 'word' | 'sign'; text: string };

/** Binary operators by precedence. */
const BINDS: Record<string, number> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

const TYPES = new Set(
  'unsigned signed int long short char void bool const struct u8 u16 u32 u64 s8 s16 s32 s64 size_t __u64 __u32 __s32 pid_t dev_t sector_t gfp_t enum'.split(
    ' ',
  ),
);

/** Parses the arguments after the format string, one after the other. */
export class Expression {
  readonly #tokens: Token[];
  readonly #format: EventFormat;
  readonly #payload: EventBytes;
  readonly #little: boolean;
  #at = 0;
  #depth = 0;

  constructor(text: string, format: EventFormat, payload: EventBytes, little: boolean) {
    this.#tokens = tokens(text);
    this.#format = format;
    this.#payload = payload;
    this.#little = little;
  }

  /** The next argument, behind its comma. */
  argument(): PrintValue {
    this.#expect(',');
    return this.#choice();
  }

  #choice(): PrintValue {
    if (++this.#depth > 64) throw new NotUnderstood();
    const condition = this.#binary(1);
    this.#depth--;
    if (!this.#take('?')) return condition;
    const yes = this.#choice();
    this.#expect(':');
    const no = this.#choice();
    return number(condition) !== 0n ? yes : no;
  }

  #binary(least: number): PrintValue {
    let left = this.#unary();
    for (;;) {
      const sign = this.#tokens[this.#at];
      const binds = sign?.kind === 'sign' ? BINDS[sign.text] : undefined;
      if (binds === undefined || binds < least) return left;
      this.#at++;
      left = apply(sign.text, number(left), number(this.#binary(binds + 1)));
    }
  }

  #unary(): PrintValue {
    if (++this.#depth > 64) throw new NotUnderstood();
    const value = this.#operand();
    this.#depth--;
    return value;
  }

  #operand(): PrintValue {
    if (this.#take('-')) return -number(this.#unary());
    if (this.#take('~')) return ~number(this.#unary());
    if (this.#take('!')) return number(this.#unary()) === 0n ? 1n : 0n;
    if (this.#take('(')) {
      if (this.#isType()) {
        while (!this.#take(')')) this.#next();
        return this.#unary();
      }
      // `((REC)->x)` too
      const value = this.#choice();
      this.#expect(')');
      return value;
    }
    const token = this.#next();
    if (token.kind === 'number') return BigInt(token.text);
    if (token.kind === 'string') return withoutEscapes(token.text);
    if (token.kind !== 'word') throw new NotUnderstood();
    return token.text === 'REC' ? this.#record() : this.#call(token.text);
  }

  #record(): PrintValue {
    this.#expect('->');
    const field = this.#field(this.#next().text);
    const at = this.#payload.start + field.offset;
    if (field.array === 'no') return this.#number(at, field.size, field.signed);
    if (!this.#take('[')) return this.#text(field);
    const index = Number(number(this.#choice()));
    this.#expect(']');
    if (!(index >= 0 && (index + 1) * field.element <= field.size)) throw new NotUnderstood();
    return this.#number(at + index * field.element, field.element, field.signed);
  }

  #call(name: string): PrintValue {
    if (!this.#take('(')) throw new NotUnderstood();
    switch (name) {
      case '__get_str':
      case '__get_rel_str': {
        const field = this.#field(this.#next().text);
        this.#expect(')');
        return this.#text(field);
      }
      case '__print_symbolic': {
        const value = number(this.#choice());
        const pairs = this.#pairs();
        return pairs.find(([n]) => n === value)?.[1] ?? `0x${BigInt.asUintN(64, value).toString(16)}`;
      }
      case '__print_flags': {
        let rest = number(this.#choice());
        this.#expect(',');
        const between = String(this.#choice());
        const names: string[] = [];
        for (const [bits, text] of this.#pairs()) {
          if (bits === 0n || (rest & bits) !== bits) continue;
          names.push(text);
          rest &= ~bits;
        }
        if (rest !== 0n) names.push(`0x${BigInt.asUintN(64, rest).toString(16)}`);
        return names.join(between);
      }
      default:
        throw new NotUnderstood();
    }
  }

  /** `, {0, "A"}, {1, "B"})`; a name instead of a number is a kernel enum, whose value is unknown. */
  #pairs(): [bigint, string][] {
    const out: [bigint, string][] = [];
    while (!this.#take(')')) {
      this.#expect(',');
      this.#expect('{');
      let value: bigint | undefined;
      try {
        value = number(this.#choice());
      } catch (error) {
        if (!(error instanceof NotUnderstood)) throw error;
        while (this.#peek() !== ',') this.#next();
      }
      this.#expect(',');
      const text = String(this.#choice());
      this.#expect('}');
      if (value !== undefined) out.push([value, text]);
    }
    return out;
  }

  #field(name: string): Field {
    const { fields, common } = this.#format;
    const field = fields.find((f) => f.name === name) ?? common.find((f) => f.name === name);
    if (field === undefined) throw new NotUnderstood();
    return field;
  }

  #number(at: number, size: number, signed: boolean): bigint {
    const { view, end } = this.#payload;
    const little = this.#little;
    if (at + size > end) throw new NotUnderstood();
    switch (size) {
      case 1:
        return BigInt(signed ? view.getInt8(at) : view.getUint8(at));
      case 2:
        return BigInt(signed ? view.getInt16(at, little) : view.getUint16(at, little));
      case 4:
        return BigInt(signed ? view.getInt32(at, little) : view.getUint32(at, little));
      case 8:
        return signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little);
      default:
        throw new NotUnderstood();
    }
  }

  #text(field: Field): string {
    const { buf, start, end } = this.#payload;
    if (field.array === 'fixed') {
      const to = start + field.offset + field.size;
      if (to > end) throw new NotUnderstood();
      return chars(buf, start + field.offset, to);
    }
    const part = dynamic(field, this.#payload, this.#little);
    if (part === undefined) return '(fault)';
    return part.start === part.end ? '(fault)' : chars(buf, part.start, part.end);
  }

  #isType(): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'word' && TYPES.has(token.text);
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at]?.text;
  }

  #next(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new NotUnderstood();
    return token;
  }

  #take(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.#at++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw new NotUnderstood();
  }
}

/** Longer ones are tables of names, which no relevant event has. */
const MOST_TOKENS = 4000;

function tokens(text: string): Token[] {
  const out: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length && out.length < MOST_TOKENS) {
    const m = TOKEN.exec(text);
    if (m === null) throw new NotUnderstood();
    if (m[1] !== undefined) out.push({ kind: 'number', text: m[1] });
    else if (m[2] !== undefined) out.push({ kind: 'string', text: m[2] });
    else if (m[3] !== undefined) out.push({ kind: 'word', text: m[3] });
    else out.push({ kind: 'sign', text: m[4] });
  }
  return out;
}

export const withoutEscapes = (text: string): string =>
  text.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c === 't' ? '\t' : c));

function number(value: PrintValue): bigint {
  if (typeof value === 'string') throw new NotUnderstood();
  return value;
}

function apply(sign: string, a: bigint, b: bigint): bigint {
  switch (sign) {
    case '||':
      return a !== 0n || b !== 0n ? 1n : 0n;
    case '&&':
      return a !== 0n && b !== 0n ? 1n : 0n;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '==':
      return a === b ? 1n : 0n;
    case '!=':
      return a !== b ? 1n : 0n;
    case '<':
      return a < b ? 1n : 0n;
    case '>':
      return a > b ? 1n : 0n;
    case '<=':
      return a <= b ? 1n : 0n;
    case '>=':
      return a >= b ? 1n : 0n;
    case '<<':
      return b < 64n && b >= 0n ? BigInt.asUintN(64, a << b) : 0n;
    case '>>':
      return b < 64n && b >= 0n ? a >> b : 0n;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    default:
      if (b === 0n) throw new NotUnderstood();
      return sign === '/' ? a / b : a % b;
  }
}
