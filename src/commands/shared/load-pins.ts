// Why: loads the lifetimes of pins from a store or from a trace.
import { type LoadedPins, type PinSelection, pinTest } from '../../pins/selection.ts';
import { runCheck, type TraceOptions } from './run-check.ts';

export async function loadPins(source: string, selection: PinSelection, options: TraceOptions): Promise<LoadedPins> {
  const wanted = pinTest(selection);
  const { isStore, storedReport } = await import('./stored.ts');
  const { report, pins } = isStore(source)
    ? await storedReport(source, { pins: true })
    : await runCheck([source], { ...options, pins: true });
  return {
    traces: report.traces,
    pins: pins.filter((pin) => wanted(pin, report.traces[pin.trace])),
    total: pins.length,
  };
}
