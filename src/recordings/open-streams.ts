// Why: times are 64-bit numbers, but doubles are exact only to 53 bits. Times are therefore relative to the whole
// second (or billion of ticks) of the first event, which must be found before the first is returned.
import type { RecordingHead } from './contract.ts';
import { CpuStream } from './cpu-stream.ts';
import type { Pages } from './pages.ts';
import type { PageLayout } from './ring-page.ts';

export interface CpuPages {
  cpu: number;
  pages: Pages;
}

export interface Times {
  clock: string | undefined;
  /** ticks are converted to ns */
  ns: boolean;
  /** ns to add to all times */
  add: bigint;
  /** converts recorded times; undefined: only `add` is applied */
  correction?: (cpu: number) => ((raw: bigint) => bigint) | undefined;
}

const BILLION = 1_000_000_000n;

/** Clocks in units other than ns. Source: kernel/trace/trace.c, trace_clocks[]. */
const TICKS = new Set(['counter', 'uptime', 'x86-tsc', 'ppc-tb']);

export function openStreams(
  cpus: readonly CpuPages[],
  layout: PageLayout,
  { clock, ns, add, correction }: Times,
): { streams: CpuStream[] } & Pick<RecordingHead, 'timeUnit' | 'timeDigits' | 'timeBase'> {
  const ticks = clock !== undefined && TICKS.has(clock) && !ns;
  let first: bigint | undefined;
  const raws = cpus.map(({ pages }) => firstTime(pages, layout));
  for (const [i, { cpu }] of cpus.entries()) {
    const raw = raws[i];
    if (raw === undefined) continue;
    const shown = correction?.(cpu)?.(raw) ?? raw + add;
    if (first === undefined || shown < first) first = shown;
  }
  const billions = floor(first ?? 0n);
  const base = billions * BILLION;
  const streams = cpus.map(({ cpu, pages }, i) => {
    const correct = correction?.(cpu);
    const from = raws[i] ?? 0n;
    const stream = new CpuStream(cpu, pages, layout, correct && ((ts) => Number(correct(from + BigInt(ts)) - base)));
    stream.page.setOrigin(correct === undefined ? base - add : from);
    return stream;
  });
  streams.sort((a, b) => a.cpu - b.cpu);
  const times = ticks
    ? ({ timeUnit: 'ticks', timeDigits: 0, timeBase: Number(base) } as const)
    : ({ timeUnit: 'ns', timeDigits: 9, timeBase: Number(billions) } as const);
  return { streams, ...times };
}

const floor = (n: bigint): bigint => (n < 0n ? -((-n + BILLION - 1n) / BILLION) : n / BILLION);

/** Recorded time of the first event. */
function firstTime(pages: Pages, layout: PageLayout): bigint | undefined {
  const stream = new CpuStream(0, pages, layout);
  // relative to its first page, which is close
  let origin: bigint | undefined;
  if (pages.next()) {
    const { view, at, size } = pages;
    if (size >= 8) origin = view.getBigUint64(at, layout.little);
  }
  pages.seek(0);
  if (origin === undefined) return undefined;
  stream.page.setOrigin(origin);
  const found = stream.next();
  pages.seek(0);
  return found ? origin + BigInt(stream.ts) : undefined;
}
