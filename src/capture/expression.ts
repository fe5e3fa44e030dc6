// Why: parses one argument of a row of probe-table.ts.

export interface MemberStep {
  op: '->' | '.';
  name: string;
}

export type FetchValue =
  | { is: 'retval' }
  | { is: 'caller' }
  | { is: 'variable'; name: string }
  | {
      is: 'argument';
      param: string;
      /** struct to which the parameter is cast as a pointer */
      as?: string;
      path: readonly MemberStep[];
      /** the value is read through the argument: `*ptep` is element 0 */
      element?: number;
      /** enumerator whose value is the bit number */
      bit?: string;
    };

export interface FetchArg {
  name: string;
  isOptional: boolean;
  /** alternatives */
  values: readonly FetchValue[];
  /** tracefs type: `x64` */
  type: string;
  /** text in the row */
  text: string;
}

/** The part of a row about one function. */
export interface Target {
  /** symbol */
  symbol: string;
  /** the function of its prototype: without `.part.0` */
  fn: string;
  /** parameters that must exist */
  requires: readonly string[];
  args: readonly FetchArg[];
}

export function parseTarget(on: string): Target {
  const [head, ...args] = on.split(' ');
  const [, symbol, requires] = /^([\w.]+)(?:\((\w+(?:,\w+)*)\))?$/.exec(head) ?? [];
  if (symbol === undefined) throw new Error(`not a function: ${head}`);
  return {
    symbol,
    fn: symbol.replace(/\..*/, ''),
    requires: requires?.split(',') ?? [],
    args: args.map(parseArgument),
  };
}

function parseArgument(text: string): FetchArg {
  const [, name, optional, values, type] = /^(\w+)(\??)=(.+):(\w+)$/.exec(text) ?? [];
  if (name === undefined) throw new Error(`not an argument: ${text}`);
  return { name, isOptional: optional === '?', values: values.split('|').map(parseValue), type, text };
}

const VALUE = /^(\*?)(?:\((\w+)\))?(\w+)((?:(?:->|\.)\w+)*)(?:\[(\d+)\])?(?:@(\w+))?$/;

function parseValue(text: string): FetchValue {
  if (text === '$retval') return { is: 'retval' };
  if (text === 'caller') return { is: 'caller' };
  if (text.startsWith('@')) return { is: 'variable', name: text.slice(1) };
  const [, star, as, param, path, element, bit] = VALUE.exec(text) ?? [];
  if (param === undefined) throw new Error(`not a value: ${text}`);
  const steps = [...path.matchAll(/(->|\.)(\w+)/g)].map(([, op, name]) => ({ op: op as MemberStep['op'], name }));
  return {
    is: 'argument',
    param,
    as,
    path: steps,
    element: star === '*' ? 0 : element === undefined ? undefined : Number(element),
    bit,
  };
}
