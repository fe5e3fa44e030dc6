// Why: combines a report with the lines around its evidence, from a trace or a store.

import type { Finding } from '../../contract/finding.ts';
import type { CheckReport } from '../../contract/report.ts';
import { fileInput, type TraceInput } from '../../engine/reading/input.ts';
import { contextLines } from '../../engine/reading/numbered-lines.ts';
import { isTextFormat } from '../../parsers/formats/head.ts';
import type { ContextLine } from '../../report/reporter.ts';
import { InputError } from '../../util/errors.ts';
import { checkTraces, onlyOne, rulesOf, type TraceOptions, withTraces } from './run-check.ts';

interface Options extends TraceOptions {
  /** lines around each step */
  context: number;
  /** run the rules again on a store, instead of using its findings */
  again?: boolean;
  warn(text: string): void;
}

interface Story {
  report: CheckReport;
  context: ContextLine[];
}

/**
 * @param sources a store, a trace, or the per-CPU files of one capture
 * @param n the finding; undefined: all, without context if there are several
 */
export async function storyOf(sources: readonly string[], n: number | undefined, options: Options): Promise<Story> {
  const { isStore } = await import('./stored.ts');
  const source = sources.join(' ');
  if (sources.length > 1 || !isStore(source)) {
    return withTraces(sources, options, async (traces, onProgress) => {
      onlyOne(traces);
      const { report } = await checkTraces(traces, { ...options, onProgress });
      return { report, context: await contextOf(traces, findingOf(report, n, source), options) };
    });
  }
  const report = await onStore(source, options);
  const inputs = report.traces.map(({ path }) => fileInput(path));
  return { report, context: await contextOf(inputs, findingOf(report, n, source), options) };
}

async function onStore(source: string, { again, setup }: Options): Promise<CheckReport> {
  const { rulesAgain, storedReport } = await import('./stored.ts');
  if (again) return rulesAgain(source, rulesOf(setup));
  return (await storedReport(source, { pins: false, setup })).report;
}

function findingOf(report: CheckReport, n: number | undefined, source: string): Finding | undefined {
  const { findings } = report;
  if (n === undefined) return findings.length === 1 ? findings[0] : undefined;
  const finding = findings.find((one) => one.n === n);
  if (finding !== undefined) return finding;
  const there =
    findings.length === 0 ? 'it has none' : `there ${findings.length === 1 ? 'is 1' : `are ${findings.length}`}`;
  const isRecording = report.traces.some(({ format }) => !isTextFormat(format));
  throw new InputError(`no finding ${n}: ${there}`, {
    where: source,
    tryThis: isRecording ? `pindrift show ${source} :${n} shows the record of this number` : `pindrift show ${source}`,
  });
}

async function contextOf(
  inputs: readonly TraceInput[],
  finding: Finding | undefined,
  { context, warn }: Options,
): Promise<ContextLine[]> {
  const input = finding === undefined ? undefined : inputs[finding.trace];
  if (context === 0 || finding === undefined || input === undefined) return [];
  let lines: ContextLine[] | undefined;
  try {
    lines = await contextLines(input, finding.evidence, context);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  if (lines === undefined) warn(`no context: ${input.path} is missing or has changed`);
  return lines ?? [];
}
