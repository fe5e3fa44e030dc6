// The fleet report as one page without scripts: a table of drifts that opens from disk, in a mail, or from a CI link.
import { clean } from '../shared/format.ts';
import { markup } from '../shared/markup.ts';
import type { FleetDrift, FleetReport, FleetReporter, FleetSighting, Share } from './contract.ts';

const STYLE = `body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ddd}
code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}.error{color:#a40000}.warning{color:#8a5300}.note{color:#00557f}
.state{font-weight:600}small{color:#555}@media(prefers-color-scheme:dark){body{background:#161616;color:#e6e6e6}td,th{border-color:#333}
.error{color:#ff8a80}.warning{color:#ffc76b}.note{color:#80cfff}small{color:#aaa}}`;

const text = (value: string): string => markup(clean(value));

export const html: FleetReporter = {
  extension: 'html',
  *render(report, { version }) {
    yield `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`;
    yield `<title>pindrift fleet report</title><style>${STYLE}</style></head><body>\n<h1>Drifts</h1>\n`;
    yield `<p>${text(headWords(report))}</p>\n`;
    yield `<table><thead><tr>${report.baseline === undefined ? '' : '<th>state</th>'}<th>drift</th><th>findings</th><th>kernels</th><th>hosts</th><th>first, last</th></tr></thead><tbody>\n`;
    for (const drift of report.drifts) yield row(drift, report.baseline !== undefined);
    yield '</tbody></table>\n';
    if (report.parked.length > 0) {
      yield '<h2>Captures without a verdict</h2>\n<table><tbody>\n';
      for (const { path, reason, status } of report.parked)
        yield `<tr><td><code>${text(path)}</code></td><td>${text(status)}</td><td>${text(reason)}</td></tr>\n`;
      yield '</tbody></table>\n';
    }
    yield `<p><small>pindrift ${text(version)}</small></p></body></html>\n`;
  },
};

function headWords({ baseline, byStatus, byVerdict, captures }: FleetReport): string {
  const verdicts = Object.entries(byVerdict).map(([verdict, n]) => `${n} ${verdict.replaceAll('-', ' ')}`);
  const parked = captures - (byStatus.checked ?? 0);
  const against = baseline === undefined ? '' : `; against ${baseline}`;
  return `${captures} captures: ${verdicts.join(', ')}${parked > 0 ? `, ${parked} without a verdict` : ''}${against}`;
}

function row(drift: FleetDrift, states: boolean): string {
  const {
    captures,
    cause,
    findings,
    fingerprint,
    first,
    harm,
    hosts = [],
    kernels,
    last,
    message,
    rule,
    severity,
    state,
  } = drift;
  const cells = [
    ...(states ? [`<span class="state">${state ?? ''}</span>`] : []),
    `<b class="${severity}">${text(rule)}</b> (${severity}) ${harm.map(text).join(', ')}<br>${text(cause)}<br><small>${text(message)}</small><br><small><code>${text(fingerprint)}</code></small>`,
    `${findings} in ${captures} captures`,
    shares(kernels),
    shares(hosts),
    `${sight(first)}<br>${sight(last)}`,
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>\n`;
}

const shares = (list: readonly Share[]): string =>
  list.map(({ captures, name, of }) => `${text(name)}: ${captures} of ${of}`).join('<br>');

const sight = ({ modified = '', n, path }: FleetSighting): string =>
  `${text(modified)} <code>pindrift show ${text(path)} ${n}</code>`;
