// The registry of reporters. A reporter is loaded on demand, so that a command that prints three lines does not load
// SARIF.
import type { Reporter } from './reporter.ts';

interface Entry {
  /** of a file with this report, without the dot */
  extension: string;
  /** an alternative extension */
  alias?: string;
  /** one line for the help of a command */
  summary: string;
  /** bytes, not text: cannot be printed on a terminal */
  binary?: true;
  /** it shows findings only: a rule that failed is reported on standard error */
  findingsOnly?: true;
  load(): Promise<Reporter>;
}

const ENTRIES = {
  pretty: {
    extension: 'txt',
    summary: 'for a terminal',
    load: async () => (await import('./pretty.ts')).pretty,
  },
  text: {
    extension: 'txt',
    summary: 'plain text at 72 columns, for a mailing list',
    load: async () => (await import('./text.ts')).text,
  },
  json: {
    extension: 'json',
    summary: 'the stable format for scripts (pindrift.check/1)',
    load: async () => (await import('./json.ts')).json,
  },
  ndjson: {
    extension: 'ndjson',
    summary: 'the same, one JSON object per line',
    load: async () => (await import('./ndjson.ts')).ndjson,
  },
  csv: {
    extension: 'csv',
    summary: 'one row per finding',
    findingsOnly: true,
    load: async () => (await import('./csv.ts')).csv,
  },
  markdown: {
    extension: 'md',
    summary: 'GitHub-flavoured Markdown for an issue tracker',
    load: async () => (await import('./markdown.ts')).markdown,
  },
  sarif: {
    extension: 'sarif',
    summary: 'SARIF 2.1.0 for code scanning',
    load: async () => (await import('./sarif.ts')).sarif,
  },
  junit: {
    extension: 'xml',
    summary: 'JUnit XML for CI: one test per rule and trace',
    load: async () => (await import('./junit.ts')).junit,
  },
  line: {
    extension: 'lines',
    summary: 'one line per finding, for grep',
    findingsOnly: true,
    load: async () => (await import('./line.ts')).line,
  },
  github: {
    extension: 'github',
    summary: 'annotations for GitHub Actions',
    load: async () => (await import('./github.ts')).github,
  },
  story: {
    extension: 'txt',
    summary: 'each finding as a timeline with the trace lines',
    load: async () => (await import('./story.ts')).story,
  },
  html: {
    extension: 'html',
    summary: 'one file to attach to a bug report: timelines, evidence, all pins; needs no network',
    load: async () => (await import('./html.ts')).html,
  },
  perfetto: {
    extension: 'pftrace',
    alias: 'perfetto-trace',
    summary: 'a trace for ui.perfetto.dev: pinned pages as tracks',
    binary: true,
    findingsOnly: true,
    load: async () => (await import('./perfetto.ts')).perfetto,
  },
  chrome: {
    extension: 'json',
    summary: 'the same as a Chrome JSON trace',
    findingsOnly: true,
    load: async () => (await import('./chrome.ts')).chrome,
  },
} as const satisfies Record<string, Entry>;

export type ReportFormat = keyof typeof ENTRIES;

/** Every format, in the order a help text lists them. */
export const reportFormats = Object.keys(ENTRIES) as ReportFormat[];

/** Properties of a format, without loading its reporter. */
export function describeFormat(format: ReportFormat): Omit<Entry, 'load'> {
  return ENTRIES[format];
}

/** The format for a file extension (without the dot); the first, if several have it. */
export function formatOfEnding(ending: string): ReportFormat | undefined {
  return reportFormats.find((format) => {
    const { alias, extension }: Entry = ENTRIES[format];
    return extension === ending || alias === ending;
  });
}

export const reportEndings: readonly string[] = [
  ...new Set(
    Object.values<Entry>(ENTRIES).flatMap(({ alias, extension }) =>
      alias === undefined ? [extension] : [extension, alias],
    ),
  ),
];

export function loadReporter(format: ReportFormat): Promise<Reporter> {
  return ENTRIES[format].load();
}

/** What `render` returned, as pieces for a stream. */
export function pieces(output: string | Uint8Array | Iterable<string>): Iterable<string | Uint8Array> {
  return typeof output === 'string' || output instanceof Uint8Array ? [output] : output;
}
