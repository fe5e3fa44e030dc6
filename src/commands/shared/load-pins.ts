// Why: loads the lifetimes of pins from a store or from a trace.
import type { DetailedReport } from '../../contract/report.ts';
import { type LoadedPins, type PinSelection, pinTest } from '../../pins/selection.ts';
import { runCheck, type TraceOptions } from './run-check.ts';

/** @param options.again run the rules over a store again, instead of taking the findings it has */
export async function loadPins(
  source: string,
  selection: PinSelection,
  options: TraceOptions & { again?: boolean },
): Promise<LoadedPins> {
  const wanted = pinTest(selection);
  const { report, pins } = await pinsOf(source, options);
  return {
    traces: report.traces,
    pins: pins.filter((pin) => wanted(pin, report.traces[pin.trace])),
    total: pins.length,
  };
}

async function pinsOf(source: string, options: TraceOptions & { again?: boolean }): Promise<DetailedReport> {
  const { isStore, storedAgain, storedReport } = await import('./stored.ts');
  if (!isStore(source)) return runCheck([source], { ...options, pins: true });
  return options.again === true
    ? storedAgain(source, { pins: true, setup: options.setup })
    : storedReport(source, { pins: true });
}
