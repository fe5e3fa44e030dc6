// Names of slices and the text shown when they are clicked, safe to print.

import type { Finding } from '../../contract/finding.ts';
import type { PinLife } from '../../contract/report.ts';
import { clean, verbatim } from '../shared/format.ts';
import type { MappingState } from '../shared/lifeline.ts';
import { addressOf } from '../shared/words.ts';

export type Notes = [name: string, value: string | number | undefined][];

export function pinName(pin: PinLife): string {
  const kept = pin.state === 'released' ? '' : ` (${pin.state === 'presumed' ? 'release not recorded' : pin.state})`;
  return `pinned by ${clean(pin.api ?? `FOLL_${pin.kind}`)}${pin.write ? ' for write' : ''}${kept}`;
}

export const pageName = (pin: { pfn?: string; page?: string }): string =>
  pin.pfn !== undefined
    ? `pfn ${clean(pin.pfn)}`
    : pin.page !== undefined
      ? `page ${clean(pin.page)}`
      : 'page not shown';

export function mappingName(mapping: MappingState, pin: PinLife, finding: Finding | undefined): string {
  switch (mapping) {
    case 'mapped':
      return `mapped ${pageName(pin)}`;
    case 'read-only':
      return `mapped read-only ${pageName(pin)}`;
    case 'shared':
      return `mapped, shared with a child ${pageName(pin)}`;
    case 'swapped':
      return `swapped: not present, entry for ${pageName(pin)}`;
    case 'unmapped':
      return 'unmapped';
    case 'other':
      return `mapped another page: ${finding?.mapping === undefined ? 'not shown' : pageName(finding.mapping)}`;
  }
}

export function pinNotes(pin: PinLife): Notes {
  return [
    ['vaddr', text(pin.address)],
    ['pfn', text(pin.pfn)],
    ['page', text(pin.page)],
    ['mm', text(pin.mm)],
    ['api', text(pin.api)],
    ['caller', text(pin.caller)],
    ['flags', pin.flags.map(clean).join('|') || undefined],
    ['pid', pin.pid],
    ['tgid', pin.tgid],
    ['comm', text(pin.comm)],
    ['used by', text(pin.owner)],
    ['state', pin.state],
    ['line', pin.line],
    ['finding', pin.finding],
  ];
}

export function findingNotes(finding: Finding): Notes {
  return [
    ['message', clean(finding.message)],
    ['rule', clean(finding.rule)],
    ['severity', finding.severity],
    ['confidence', finding.confidence],
    ['vaddr', addressOf(finding)],
    ['pinned', pageName(finding.pin)],
    ['mapped', finding.mapping === undefined ? undefined : pageName(finding.mapping)],
    ['cause', clean(finding.cause)],
    ['harm', finding.harm.join(', ') || undefined],
    ['doubts', finding.doubts.map(clean).join('; ') || undefined],
    ['why', text(finding.why)],
    ['fixed by', finding.fixedBy?.map(clean).join('; ') || undefined],
    ['try', text(finding.advice)],
    ['fingerprint', clean(finding.fingerprint)],
  ];
}

interface AnyStep {
  line: number;
  what: string;
  cpu?: number;
  pid?: number;
  task?: string;
  fn?: string;
  text?: string;
}

export function stepNotes(step: AnyStep): Notes {
  return [
    ['what', clean(step.what)],
    ['function', text(step.fn)],
    ['cpu', step.cpu],
    ['task', text(step.task)],
    ['pid', step.task === undefined ? step.pid : undefined],
    ['line', step.line],
    ['text', step.text === undefined || step.text === '' ? undefined : verbatim(step.text)],
  ];
}

const text = (value: string | undefined): string | undefined => (value === undefined ? undefined : clean(value));
