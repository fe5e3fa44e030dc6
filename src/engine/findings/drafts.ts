// Reports of rules, translated to the model's own objects: rules use views (api/views.ts), findings are written from
// the objects behind them.

import { behind } from '../../api/viewer.ts';
import type { At as RawAt } from '../../model/at.ts';
import type { PageId } from '../../model/page-table.ts';
import type { WrprotectKind } from '../../model/pin.ts';
import type * as raw from '../../model/state.ts';
import type * as said from '../../rules/contract.ts';

type Instead<T, R> = Omit<T, keyof R> & R;

export interface EvidenceStep {
  role: string;
  at: RawAt;
  what: string;
  wrprotect?: WrprotectKind;
}

export type DraftValue = string | number | bigint | RawAt | raw.Mm | { page: PageId };

export interface Subject {
  mm: raw.Mm;
  vpn: number;
  page: PageId;
  at: RawAt;
}

interface Behind {
  data?: Readonly<Record<string, DraftValue>>;
  pin?: raw.Pin;
  about?: Subject;
  drift?: raw.Drift;
  at?: RawAt;
  path?: readonly (raw.Step | EvidenceStep)[];
}

export type DraftReport = Instead<said.Report, Behind>;
export type HarmReport = Instead<said.HarmReport, { drift: raw.Drift; path?: readonly (raw.Step | EvidenceStep)[] }>;
export type { Doubt } from '../../rules/contract.ts';

/** One report of a rule. */
export interface Draft {
  rule: said.Rule;
  report: DraftReport;
}

/** Reports that form one finding: `main` is the most specific. */
export interface Group {
  main: Draft;
  also: Draft[];
  drift: raw.Drift | undefined;
  harm: HarmReport[];
}

export function draftOf(report: said.Report): DraftReport {
  const { data, pin, about, drift, at, path } = report;
  return {
    ...report,
    data:
      data === undefined ? undefined : Object.fromEntries(Object.entries(data).map(([name, v]) => [name, dataOf(v)])),
    pin: pin && behind.pin(pin),
    about: about && {
      mm: behind.mm(about.mm),
      vpn: about.vpn ?? Number.NaN,
      page: about.page ?? Number.NaN,
      at: behind.at(about.at),
    },
    drift: drift && behind.drift(drift),
    at: at && behind.at(at),
    path: path?.map(stepOf),
  };
}

export function harmOf(report: said.HarmReport): HarmReport {
  return { ...report, drift: behind.drift(report.drift), path: report.path?.map(stepOf) };
}

function dataOf(value: said.DataValue): DraftValue {
  if (typeof value !== 'object') return value;
  if (behind.isAt(value)) return behind.at(value);
  if (behind.isMm(value)) return behind.mm(value);
  return { page: ('page' in value ? value.page : undefined) ?? Number.NaN };
}

/** A step of a pin is the model's; a step made by the rule is copied. */
function stepOf(step: said.Step | said.EvidenceStep): raw.Step | EvidenceStep {
  if (behind.isStep(step)) return behind.step(step);
  const at = behind.at(step.at);
  if ('what' in step) return { role: step.role, at, what: step.what };
  const { child, entry: _entry, io, page, ...rest } = step;
  return { ...rest, at, page, child: child && behind.mm(child), io: io && behind.io(io) };
}
