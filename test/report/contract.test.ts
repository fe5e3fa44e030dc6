// The JSON contract: the reports, the schema and the documentation say the same.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { REPORT } from '../../src/report/shared/serialize.ts';
import { render } from './render.ts';
import { cleanReport, hostile, odirect, undecided, withStack } from './samples.ts';

const read = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');
const schema = JSON.parse(read('schema/check.schema.json'));
const check = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

const samples = [
  ['odirect', odirect()],
  ['with a stack', withStack()],
  ['undecided', undecided()],
  ['clean', cleanReport()],
  ['suppressed', suppressed()],
] as const;

function suppressed() {
  const { findings, ...report } = odirect();
  return {
    ...report,
    findings: [],
    suppressed: findings.map((finding) => ({ reason: 'known', until: '2026-12-31', finding })),
  };
}

type AnyShape = { readonly [key: string]: AnyShape | true };

/** Every field as a path: `findings.pin.pfn`. */
const paths = (shape: AnyShape, at: string): string[] =>
  Object.entries(shape).flatMap(([key, place]) => [
    `${at}${key}`,
    ...(place === true ? [] : paths(place, `${at}${key}.`)),
  ]);
const contractPaths = paths(REPORT as AnyShape, '');

type Schema = { properties?: Record<string, Schema>; items?: Schema; $ref?: string };

/** `findings[].pin.pfn` of every property, as the schema has them. */
function schemaPaths(node: Schema, at: string): string[] {
  const target = node.$ref === undefined ? node : schema.$defs[node.$ref.replace('#/$defs/', '')];
  const inner = target.items === undefined ? target : resolve(target.items);
  return Object.entries((inner.properties ?? {}) as Record<string, Schema>).flatMap(([key, child]) => {
    const path = at === '' ? key : `${at}.${key}`;
    return [path, ...schemaPaths(child, path)];
  });
}

function resolve(node: Schema): Schema {
  return node.$ref === undefined ? node : schema.$defs[node.$ref.replace('#/$defs/', '')];
}

describe('check --json', () => {
  it.each(samples)('%s is valid, and is the report', async (_name, report) => {
    const value = JSON.parse(await render('json', report));
    expect(check(value), JSON.stringify(check.errors)).toBe(true);
    expect(value).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it('hostile text comes back as it went in', async () => {
    const report = hostile();
    const value = JSON.parse(await render('json', report));
    expect(value.findings[0].pin.comm).toBe(report.findings[0]?.pin.comm);
    expect(value.traces[0].path).toBe(report.traces[0]?.path);
  });

  it('is laid out as JSON.stringify would', async () => {
    for (const [, report] of samples) {
      const out = await render('json', report);
      expect(out).toBe(`${JSON.stringify(JSON.parse(out), undefined, 2)}\n`);
    }
  });

  it('keys keep their order whatever order the report was built in', async () => {
    const report = odirect();
    const shuffled = JSON.parse(JSON.stringify(report), (_key, value) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).toReversed())
        : value,
    );
    expect(await render('json', shuffled)).toBe(await render('json', report));
  });

  it('what is not known is absent, not null', async () => {
    const report = odirect();
    const finding = report.findings[0];
    if (finding !== undefined) {
      finding.pin = { flags: [], time: Number.NaN };
      finding.mapping = undefined;
    }
    const value = JSON.parse(await render('json', report));
    expect(value.findings[0].pin).toEqual({ flags: [] });
    expect(value.findings[0]).not.toHaveProperty('mapping');
  });

  it('a field nobody documented is refused by the schema', async () => {
    const value = JSON.parse(await render('json', odirect()));
    value.findings[0].surprise = 1;
    expect(check(value)).toBe(false);
  });

  it('the schema has the fields of the contract, in its order', () => {
    expect(schemaPaths(schema, '')).toEqual(contractPaths);
  });

  it('the documentation names every field of the contract', () => {
    const page = read('json.md');
    const missing = contractPaths.filter((path) => !page.includes(`\`${path.split('.').at(-1)}\``));
    expect(missing).toEqual([]);
  });
});

describe('ndjson', () => {
  it.each(samples)('%s: the same objects, one a line', async (_name, report) => {
    const lines = (await render('ndjson', report)).trimEnd().split('\n');
    const objects = lines.map((line) => JSON.parse(line));
    const untyped = (type: string) => objects.filter((one) => one.type === type).map(({ type: _, ...rest }) => rest);
    const [head] = untyped('check');
    expect(Object.keys(objects[0])[0]).toBe('type');
    expect({
      ...head,
      traces: untyped('trace'),
      rules: untyped('rule'),
      findings: untyped('finding'),
      ...(untyped('suppressed').length > 0 ? { suppressed: untyped('suppressed') } : {}),
    }).toEqual(JSON.parse(await render('json', report)));
  });
});
