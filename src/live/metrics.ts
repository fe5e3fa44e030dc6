// Why: metrics for the textfile collector of node_exporter, written to a temporary file first; label sets are bounded:
// no pid, no address.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { InputError } from '../util/errors.ts';
import { checkWritable, writeFileWhole } from '../util/output.ts';
import type { WatchStatus } from './events.ts';
import type { Load } from './instance.ts';

export interface Metrics {
  status: WatchStatus;
  foundByRule: ReadonlyMap<string, number>;
  lostByCpu: ReadonlyMap<number, number>;
  version: string;
  kernel: string;
  /** tracing was stopped by a reaction */
  stopped: boolean;
  retreats: number;
  /** enabled probes, if the header of the trace shows them */
  armed: number | undefined;
  /** hits they missed, and the state of the reader, if the instance is known */
  missed: number | undefined;
  load: Load | undefined;
}

/** OpenMetrics text. */
export function metricsText(metrics: Metrics): string {
  const { status, foundByRule, lostByCpu, version, kernel, stopped, retreats, armed, missed, load } = metrics;
  const out: string[] = [];
  const family = (name: string, type: 'counter' | 'gauge', help: string) => {
    out.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  };
  const put = (name: string, value: number, labels: Readonly<Record<string, string>> = {}) => {
    const list = Object.entries(labels).map(([key, text]) => `${key}="${labelText(text)}"`);
    out.push(`${name}${list.length === 0 ? '' : `{${list.join(',')}}`} ${value}`);
  };
  const counter = (name: string, help: string, value: number) => {
    family(name, 'counter', help);
    put(`${name}_total`, value);
  };
  const gauge = (name: string, help: string, value: number) => {
    family(name, 'gauge', help);
    put(name, value);
  };
  counter('pindrift_events', 'Events read.', status.events);
  counter('pindrift_mm_events', 'Events that the replay uses.', status.mmEvents);
  counter('pindrift_unread_lines', 'Lines that could not be read.', status.unread);
  family('pindrift_lost_events', 'counter', 'Events that the trace reports as missing.');
  for (const [cpu, n] of [...lostByCpu].sort(([a], [b]) => a - b))
    put('pindrift_lost_events_total', n, { cpu: cpu < 0 ? 'unknown' : String(cpu) });
  counter('pindrift_loss_places', 'Places of the trace where events are missing.', status.lossPlaces);
  counter('pindrift_pins', 'Pins seen.', status.pins);
  gauge('pindrift_pins_held', 'Pins held now.', status.pinsHeld);
  gauge('pindrift_oldest_pin_seconds', 'Hold time of the oldest pin held.', status.oldestPinSeconds ?? 0);
  family('pindrift_findings', 'counter', 'Findings by rule, reported in full or only counted.');
  for (const [rule, n] of [...foundByRule].sort(([a], [b]) => (a < b ? -1 : 1)))
    put('pindrift_findings_total', n, { rule });
  counter('pindrift_findings_counted', 'Findings that were only counted.', status.counted);
  counter('pindrift_findings_suppressed', 'Findings accepted by the config.', status.suppressed);
  gauge('pindrift_tracing_stopped', '1 if a reaction has stopped the tracing.', stopped ? 1 : 0);
  counter('pindrift_retreats', 'Times that everything but the core set of probes was disabled.', retreats);
  if (armed !== undefined) gauge('pindrift_probes_armed', 'Enabled probes.', armed);
  if (missed !== undefined) counter('pindrift_probes_missed', 'Hits that the probes missed.', missed);
  if (load !== undefined) {
    gauge('pindrift_unread_events', 'Events in the buffers that have not been read.', load.unread);
    gauge('pindrift_behind_seconds', 'Age of the oldest of them.', load.behindSeconds);
  }
  // no `info`: node_exporter's parser does not support it
  family('pindrift_build_info', 'gauge', 'Version of pindrift.');
  put('pindrift_build_info', 1, { version, kernel });
  return `${out.join('\n')}\n${END}`;
}

/**
 * Writes the file while nothing depends on it yet, so that a wrong path is found before a watch begins.
 * @throws InputError if it cannot be written, is a device or a FIFO, which may block whoever writes to it, or holds
 * something else: a name that was mistyped must not cost a capture
 */
export function checkMetricsFile(path: string): void {
  const is = statSync(path, { throwIfNoEntry: false });
  if (path === '-' || (is !== undefined && !is.isFile() && !is.isDirectory()))
    throw new InputError('metrics must be written to a regular file', {
      where: path,
      tryThis: "a name in the directory of node_exporter's textfile collector",
    });
  checkWritable(path);
  if (is?.isFile() === true && !holdsMetrics(path))
    throw new InputError('this file holds something other than metrics of pindrift, which would replace it', {
      where: path,
      tryThis: 'another name, or remove the file first',
    });
  writeMetrics(path, END);
}

/** What pindrift writes begins with its first metric, or is empty so far. */
const BEGINNING = '# HELP pindrift_';
const END = '# EOF\n';

function holdsMetrics(path: string): boolean {
  const head = Buffer.alloc(BEGINNING.length);
  const fd = openSync(path, 'r');
  try {
    const text = head.toString('latin1', 0, readSync(fd, head));
    return text === '' || text === END || text === BEGINNING;
  } finally {
    closeSync(fd);
  }
}

/** A reader sees either the old or the new file. */
export const writeMetrics = (path: string, text: string): void => writeFileWhole(path, [text]);

const labelText = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
