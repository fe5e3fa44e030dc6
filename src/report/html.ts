// The report to attach to a bug: one self-contained file that opens from disk. scripts/build-html.mjs builds the page
// (html/client, html/page.html.in); this adds its data.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import type { DetailedReport } from '../contract/report.ts';
import { readWords } from './html/read-words.ts';
import { partsOf } from './html/views.ts';
import type { Reporter, ReportOptions } from './reporter.ts';
import { clean } from './shared/format.ts';
import { markup } from './shared/markup.ts';
import { sentence } from './shared/sentence.ts';
import { jsonText } from './shared/serialize.ts';
import { headline, pathWords, verdictWords } from './shared/words.ts';

/** Smaller data stay readable in the file; larger data are compressed. */
const PACK_FROM = 64 * 1024;

export const html: Reporter = {
  render: (report, options) => write({ report, pins: [] }, options),
  renderDetailed: write,
};

function* write(detailed: DetailedReport, options: ReportOptions): Generator<string> {
  const { report } = detailed;
  const words = verdictWords(report);
  const [first] = report.traces;
  const more = report.traces.length > 1 ? ` and ${report.traces.length - 1} more` : '';
  const view = partsOf(detailed, options);
  // the number of findings is in the verdict above it
  const worst = headline(report, false);
  const parts: Record<string, string> = {
    title: markup(clean(`${words} - ${first === undefined ? '' : pathWords(first)}${more} - pindrift`)),
    verdict: markup(words),
    worst: worst === undefined ? '' : `<p id="worst">${markup(sentence(worst))}</p>\n`,
    read: markup(readWords(report, options)),
    report: embedded(view.report),
    pins: embedded(view.pins),
  };
  for (const [i, piece] of page()
    .split(/<!--pindrift:(\w+)-->/)
    .entries()) {
    yield i % 2 === 0 ? piece : (parts[piece] ?? '');
  }
}

/** JSON that is safe inside a script element: an object, or one string with the deflated object. */
function embedded(data: unknown): string {
  const json = jsonText(data);
  const text = json.length < PACK_FROM ? json : JSON.stringify(deflateRawSync(json).toString('base64'));
  return text.replace(/</g, '\\u003c');
}

let loaded: string | undefined;

function page(): string {
  loaded ??= readFileSync(pagePath(), 'utf8');
  return loaded;
}

/** In dist/ it is beside this file; in src/ the page of the last build is used. */
function pagePath(): string {
  const beside = fileURLToPath(new URL('./html/page.built.html', import.meta.url));
  const built = fileURLToPath(new URL('../../dist/report/html/page.built.html', import.meta.url));
  const found = [beside, built].find((path) => existsSync(path));
  if (found === undefined) throw new Error(`the HTML page is not built: ${beside} is missing; run \`npm run build\``);
  return found;
}
