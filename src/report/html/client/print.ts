// For print, all findings that match the filter are laid out one after the other, on request.
import type { FindingView, Payload } from '../payload.ts';
import { coverage } from './coverage.ts';
import { printedFinding } from './detail.ts';
import { byId, el } from './dom.ts';

/** More would take the browser minutes to lay out. */
const MOST = 300;

export function printable(payload: Payload, chosen: () => readonly FindingView[]): void {
  const place = byId('print');
  const fill = () => {
    const all = chosen();
    const left = all.length - MOST;
    place.replaceChildren(
      ...all.slice(0, MOST).map((finding) => printedFinding(finding, payload)),
      ...(left > 0 ? [el('p', {}, `${left} more findings are not printed: filter the list first.`)] : []),
      coverage(payload),
    );
  };
  const empty = () => place.replaceChildren();
  addEventListener('beforeprint', fill);
  addEventListener('afterprint', empty);
  const media = matchMedia('print');
  media.addEventListener('change', () => (media.matches ? fill() : empty()));
}
