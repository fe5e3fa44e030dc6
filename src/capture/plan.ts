// Why: converts "mm=vma->vm_mm of do_wp_page()" to lines that one kernel's tracefs accepts. For each event, the first
// function with this prototype in the kernel is used; if none matches, the event is omitted with the reason: a probe
// that reads the wrong argument is worse than none.
import type { ProbedArch } from './arch.ts';
import { type FetchArg, type FetchValue, parseTarget, type Target } from './expression.ts';
import type { ProbeRow, Tier } from './probe-row.ts';
import { PROBE_TABLE } from './probe-table.ts';
import { type SymbolTable, whyNot } from './symbols.ts';
import type { KernelTypes, MemberPlace, Parameter } from './types.ts';

/**
 * How arguments are written.
 * `names`: `vma->vm_mm`, since 6.6 with PROBE_EVENTS_BTF_ARGS; the kernel checks them itself
 * `args`: `+16($arg1)`, since 4.20
 * `registers`: `+16(%di)`
 */
export type FetchStyle = 'names' | 'args' | 'registers';

export interface PlannedProbe {
  event: string;
  tier: Tier;
  symbol: string;
  /** names of the arguments it prints */
  fields: readonly string[];
  /** equivalent alternatives, the best first */
  lines: readonly Line[];
}

/** `p:pindrift/wp_fault do_wp_page ...` */
export interface Line {
  /** syntax the kernel must support; if several give the same line, the most widely supported */
  style: FetchStyle;
  text: string;
}

export interface LeftOut {
  event: string;
  tier: Tier;
  /** the functions that would report it, each with the reason why not */
  functions: readonly { symbol: string; reason: string }[];
}

export interface CapturePlan {
  probes: readonly PlannedProbe[];
  leftOut: readonly LeftOut[];
}

export interface CapturePlanOptions {
  arch: ProbedArch;
  /** in order of preference; if a style cannot express an argument, the next is used */
  styles: readonly FetchStyle[];
  /** default: every function in the BTF is assumed to exist */
  symbols?: SymbolTable | undefined;
  tiers?: readonly Tier[];
  /** only these events */
  events?: ReadonlySet<string>;
}

/** trace_probe.h: MAX_ARGSTR_LEN, MAX_TRACE_ARGS, and the longest accepted line. */
const MOST_ARG = 63;
const MOST_LINE = 4095;
/** Maximum number of concurrent sleeping calls; the default of one per CPU loses returns. */
const MAX_ACTIVE = 64;

export function planProbes(types: KernelTypes, options: CapturePlanOptions): CapturePlan {
  const probes: PlannedProbe[] = [];
  const leftOut: LeftOut[] = [];
  for (const row of PROBE_TABLE) {
    if (options.tiers?.includes(row.tier) === false || options.events?.has(row.name) === false) continue;
    const functions: LeftOut['functions'][number][] = [];
    const planned: PlannedProbe[] = [];
    for (const on of row.on) {
      const target = parseTarget(on);
      const done = planOne(types, row, target, options);
      if (typeof done !== 'string') planned.push(done);
      else functions.push({ symbol: target.symbol, reason: done });
      // without symbols a part may not exist: the kernel decides
      const isSure = !target.symbol.includes('.') || options.symbols !== undefined;
      if (typeof done !== 'string' && isSure) break;
    }
    const [first] = planned;
    if (first === undefined) leftOut.push({ event: row.name, tier: row.tier, functions });
    else probes.push({ ...first, lines: planned.flatMap(({ lines }) => lines) });
  }
  return { probes, leftOut };
}

/** The probe, or the reason why not. */
function planOne(
  types: KernelTypes,
  row: ProbeRow,
  target: Target,
  options: CapturePlanOptions,
): PlannedProbe | string {
  const { symbols } = options;
  const prototypes = types.prototypes(target.fn);
  if (prototypes.length === 0) return 'not in the BTF, so absent or inlined';
  if (prototypes.length > 1) return `${prototypes.length} functions of this name take different arguments`;
  const problem = symbols === undefined ? undefined : whyNot(symbols, target.symbol);
  if (problem !== undefined) return problem;
  const [{ params, returns }] = prototypes;
  const lacking = target.requires.find((name) => !params.some((param) => param.name === name));
  if (lacking !== undefined) return `it has no parameter ${lacking} (${parameterWords(params)})`;
  if (!returns && target.args.some(({ values }) => values.some(({ is }) => is === 'retval')))
    return 'it returns nothing';
  const located: Located[] = [];
  for (const arg of target.args) {
    const found = locate(types, params, arg, options.arch);
    if (found !== undefined) located.push(found);
    else if (!arg.isOptional) return `it has no ${arg.text.replace(/^\w+=|:\w+$/g, '')} (${parameterWords(params)})`;
  }
  // a later style replaces an earlier one with the same line
  const byText = new Map<string, Line>();
  for (const style of options.styles) {
    for (const text of linesOf(row, target, located, style, options.arch)) byText.set(text, { style, text });
  }
  const lines = [...byText.values()];
  if (lines.length === 0) return 'its arguments do not fit into a tracefs line';
  return {
    event: row.name,
    tier: row.tier,
    symbol: target.symbol,
    fields: located.map(({ arg }) => arg.name),
    lines,
  };
}

const parameterWords = (params: readonly Parameter[]): string =>
  params.length === 0 ? 'it takes no arguments' : `it takes ${params.map(({ name }) => name || '?').join(', ')}`;

/** An argument with its position. */
interface Located {
  arg: FetchArg;
  value: FetchValue;
  at?: MemberPlace;
  /** index of the argument register */
  slot?: number;
  bit?: number;
}

function locate(
  types: KernelTypes,
  params: readonly Parameter[],
  arg: FetchArg,
  arch: ProbedArch,
): Located | undefined {
  for (const value of arg.values) {
    if (value.is !== 'argument') return { arg, value };
    const slot = slotOf(params, value.param, arch);
    const param = params.find(({ name }) => name === value.param);
    if (slot === undefined || param === undefined) continue;
    const from = value.as === undefined ? param.type : types.pointerTo(value.as);
    const at = from === undefined ? undefined : types.locate(from, value.path);
    if (at === undefined || (value.path.length === 0 && param.size > 8)) continue;
    if (value.bit === undefined) return { arg, value, at, slot };
    const bit = types.enumerator(value.bit);
    if (bit !== undefined) return { arg, value, at, slot, bit };
  }
  return undefined;
}

/** A struct by value takes as many registers as it has words; a large one none, or that of its address. */
function slotOf(params: readonly Parameter[], name: string, arch: ProbedArch): number | undefined {
  let slot = 0;
  for (const param of params) {
    if (param.name === name) return slot;
    slot += param.size <= 8 ? 1 : param.size <= 16 ? 2 : arch.largeByAddress ? 1 : 0;
  }
  return undefined;
}

/** The line in one style; and a second one without the kernel variable, which may have no symbol. */
function linesOf(
  row: ProbeRow,
  target: Target,
  located: readonly Located[],
  style: FetchStyle,
  arch: ProbedArch,
): string[] {
  const write = (args: readonly Located[]): string[] => {
    const texts = args.map((one) => argumentText(one, style, arch));
    if (texts.includes(undefined)) return [];
    return headsOf(row, target.symbol, style)
      .map((head) => [head, ...texts].join(' '))
      .filter((line) => line.length <= MOST_LINE);
  };
  const lines = write(located);
  const plain = located.filter(({ arg, value }) => !(arg.isOptional && value.is === 'variable'));
  return plain.length === located.length ? lines : [...lines, ...write(plain)];
}

/** Entry arguments at the return: possible with fprobes, and since 6.9 with kretprobes. */
function headsOf({ inInterrupts, name, type }: ProbeRow, symbol: string, style: FetchStyle): string[] {
  const on = `pindrift/${name} ${symbol}`;
  // kernels that accept names usually have fprobes; if not, the next line is tried
  if (type === 'p') return inInterrupts && style === 'names' ? [`f:${on}`, `p:${on}`] : [`p:${on}`];
  if (type === 'r') return [`r${MAX_ACTIVE}:${on}`];
  return style === 'registers' ? [] : [`f:${on}%return`, `r${MAX_ACTIVE}:${on}`];
}

function argumentText({ arg, value, at, slot, bit }: Located, style: FetchStyle, arch: ProbedArch): string | undefined {
  if (value.is === 'retval') return `${arg.name}=$retval:${arg.type}`;
  if (value.is === 'caller') return `${arg.name}=${arch.caller}:${arg.type}`;
  if (value.is === 'variable') return `${arg.name}=@${value.name}:${arg.type}`;
  if (at === undefined || slot === undefined) return undefined;
  const base = baseOf(value.param, slot, style, arch);
  if (base === undefined) return undefined;
  const type =
    bit !== undefined ? `b1@${bit}/${at.size * 8}` : at.bits > 0 ? `b${at.bits}@${at.bit}/${at.size * 8}` : arg.type;
  const offsets = value.element === undefined ? at.offsets : [...at.offsets, value.element * 8];
  const byOffset = `${offsets.reduce((inner, offset) => `+${offset}(${inner})`, base)}:${type}`;
  const canName = style === 'names' && value.as === undefined && value.element === undefined && at.bits === 0;
  const byName = `${value.param}${value.path.map(({ op, name }) => op + name).join('')}:${type}`;
  const text = [...(canName ? [byName] : []), byOffset].find(({ length }) => length <= MOST_ARG);
  return text === undefined ? undefined : `${arg.name}=${text}`;
}

function baseOf(param: string, slot: number, style: FetchStyle, arch: ProbedArch): string | undefined {
  if (style === 'names') return param;
  if (style === 'args') return slot < arch.args.length || arch.stackArgs ? `$arg${slot + 1}` : undefined;
  return slot < arch.args.length ? `%${arch.args[slot]}` : undefined;
}
