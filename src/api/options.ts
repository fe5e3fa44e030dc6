// Options of a rule: a small subset of JSON Schema (2020-12). It determines the types in `context.options`, the
// validation of the user's config, and the table in the rule's documentation.

interface Common {
  /** one sentence */
  readonly description: string;
}
export type OptionSchema =
  | (Common & { readonly type: 'boolean'; readonly default: boolean })
  | (Common & {
      readonly type: 'number' | 'integer';
      readonly default: number;
      readonly minimum?: number;
      readonly maximum?: number;
    })
  | (Common & { readonly type: 'string'; readonly default: string; readonly enum?: readonly string[] })
  | (Common & {
      readonly type: 'array';
      readonly items: { readonly type: 'string' };
      readonly default: readonly string[];
    });

/** Options by name: `{ within: { type: 'integer', default: 1000, minimum: 0, description: '...' } }`. */
export type OptionSchemas = Readonly<Record<string, OptionSchema>>;

type OptionValue<S extends OptionSchema> = S extends { type: 'boolean' }
  ? boolean
  : S extends { type: 'number' | 'integer' }
    ? number
    : S extends { enum: readonly (infer E)[] }
      ? E
      : S extends { type: 'array' }
        ? readonly string[]
        : string;

/** The values a rule gets: the user's, or the defaults. */
export type OptionValues<O extends OptionSchemas> = { readonly [K in keyof O]: OptionValue<O[K]> };

export interface OptionProblem {
  option: string;
  problem: string;
}

/** The defaults, overridden by the user's values. */
export function optionValues(
  schemas: OptionSchemas,
  said: Readonly<Record<string, unknown>> = {},
): { values: Record<string, unknown>; problems: OptionProblem[] } {
  const values: Record<string, unknown> = {};
  const problems: OptionProblem[] = [];
  for (const [name, schema] of Object.entries(schemas)) values[name] = schema.default;
  for (const [name, value] of Object.entries(said)) {
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
    if (schema === undefined) {
      const known = Object.keys(schemas);
      problems.push({
        option: name,
        problem: known.length === 0 ? 'this rule has no options' : `no such option; the rule has ${known.join(', ')}`,
      });
      continue;
    }
    const problem = problemOf(schema, value);
    if (problem === undefined) values[name] = value;
    else problems.push({ option: name, problem });
  }
  return { values, problems };
}

function problemOf(schema: OptionSchema, value: unknown): string | undefined {
  switch (schema.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'expected true or false';
    case 'number':
    case 'integer':
      if (typeof value !== 'number' || Number.isNaN(value)) return 'expected a number';
      if (schema.type === 'integer' && !Number.isInteger(value)) return 'expected an integer';
      if (schema.minimum !== undefined && value < schema.minimum) return `expected at least ${schema.minimum}`;
      if (schema.maximum !== undefined && value > schema.maximum) return `expected at most ${schema.maximum}`;
      return undefined;
    case 'string':
      if (typeof value !== 'string') return 'expected a string';
      if (schema.enum !== undefined && !schema.enum.includes(value)) return `expected one of ${schema.enum.join(', ')}`;
      return undefined;
    case 'array':
      return Array.isArray(value) && value.every((v) => typeof v === 'string')
        ? undefined
        : 'expected a list of strings';
  }
}
