// Files that are given by mistake: the binary file of a tool, an archive, a web page. For each, its name and the
// command that converts it to text.
import { NEWLINE, skipBlanks, startsWith } from '../../util/bytes.ts';

/** Input that contains no readable trace. */
export interface Unusable {
  /** what the input is, in one sentence */
  problem: string;
  /** the next step */
  tryThis: string;
  /** compressed, and what it was decompressed from has to be decompressed by another program */
  isPacked?: true;
}

interface Magic extends Unusable {
  bytes: readonly number[];
}

const ascii = (s: string): number[] => Array.from(s, (c) => c.charCodeAt(0));

const MAGICS: readonly Magic[] = [
  {
    bytes: [0x17, 0x08, 0x44, ...ascii('tracing')],
    problem: 'this is the binary file of trace-cmd (trace.dat)',
    tryThis: 'trace-cmd report FILE > trace.txt',
  },
  {
    bytes: ascii('PERFILE2'),
    problem: 'this is the binary file of perf (perf.data)',
    tryThis: 'perf script -i FILE > trace.txt',
  },
  {
    bytes: ascii('2ELIFREP'),
    problem: 'this is the binary file of perf (perf.data) from a machine of the opposite byte order',
    tryThis: 'perf script -i FILE > trace.txt',
  },
  {
    bytes: ascii('SQLite format 3\0'),
    problem: 'this is an SQLite database, not a trace',
    tryThis: 'a store made by `pindrift ingest` is read by `pindrift report FILE`',
  },
  {
    bytes: [0x1f, 0x8b],
    problem: 'this is gzip within another compression',
    tryThis: 'gzip -dc FILE | pindrift check -',
    isPacked: true,
  },
  {
    bytes: [0x28, 0xb5, 0x2f, 0xfd],
    problem: 'this is zstd within another compression',
    tryThis: 'zstd -dc FILE | pindrift check -',
    isPacked: true,
  },
  {
    bytes: [0xfd, ...ascii('7zXZ'), 0],
    problem: 'this is xz within another compression',
    tryThis: 'xz -dc FILE | pindrift check -',
    isPacked: true,
  },
  {
    bytes: ascii('{\\rtf'),
    problem: 'this is a document of a word processor (RTF), not text',
    tryThis: 'save it as plain text: soffice --convert-to txt FILE, or on a Mac textutil -convert txt FILE',
  },
  { bytes: ascii('BZh'), problem: 'this is bzip2', tryThis: 'bzip2 -dc FILE | pindrift check -' },
  { bytes: [0x04, 0x22, 0x4d, 0x18], problem: 'this is lz4', tryThis: 'lz4 -dc FILE | pindrift check -' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], problem: 'this is a zip archive', tryThis: 'unzip -p FILE | pindrift check -' },
  {
    bytes: [0x7f, ...ascii('ELF')],
    problem: 'this is an ELF file: a program, not a trace',
    tryThis: 'give the recorded trace instead',
  },
  ...[
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xc3, 0xd4],
    [0x4d, 0x3c, 0xb2, 0xa1],
    [0x0a, 0x0d, 0x0d, 0x0a],
  ].map((bytes) => ({
    bytes,
    problem: 'this is a network capture (pcap), not a kernel trace',
    tryThis: 'record with `pindrift capture`',
  })),
  {
    bytes: [0xff, 0xfe],
    problem: 'this is text in UTF-16',
    tryThis: 'iconv -f UTF-16 -t UTF-8 FILE | pindrift check -',
  },
  {
    bytes: [0xfe, 0xff],
    problem: 'this is text in UTF-16',
    tryThis: 'iconv -f UTF-16 -t UTF-8 FILE | pindrift check -',
  },
];

/** Why these bytes are not the text of a trace; undefined if they may be. */
export function notATrace(head: Uint8Array): Unusable | undefined {
  if (head.length === 0) {
    return {
      problem: 'the input is empty',
      tryThis: 'check that the capture was written: cat /sys/kernel/tracing/trace > trace.txt',
    };
  }
  if (isCore(head)) {
    return {
      problem: 'this is a core file (of a process, or the vmcore of a kernel), not a trace',
      tryThis:
        'extract the ring buffer from a vmcore: `crash`, its extension trace, `trace dump -t trace.dat`, then use that',
    };
  }
  for (const { bytes, ...found } of MAGICS) {
    if (bytes.every((byte, i) => head[i] === byte)) return found;
  }
  if (isTar(head)) {
    return { problem: 'this is a tar archive', tryThis: 'tar -xf FILE, then give the trace it contains' };
  }
  if (isPerfetto(head)) {
    return {
      problem: 'this is a trace of Perfetto (protobuf)',
      tryThis: 'traceconv systrace FILE trace.txt, then give trace.txt',
    };
  }
  if (isAppended(head)) {
    return {
      problem: 'this is text, and behind it text in UTF-16, which PowerShell appends (`>>`)',
      tryThis: 'give each part alone; Add-Content appends in the encoding of the file',
    };
  }
  if (isBinary(head)) {
    return {
      problem: 'this is binary data, not text',
      tryThis: 'give the text of the trace; `file FILE` may identify this file',
    };
  }
  return notATraceText(head);
}

/** Behind a line without zeros, every second byte is one. */
function isAppended(head: Uint8Array): boolean {
  const at = head.indexOf(0);
  return head.subarray(0, at).includes(NEWLINE) && head[at + 1] > 0 && head[at + 2] === 0 && head[at + 3] > 0;
}

/** A machine that crashes leaves blocks of zeros in the text written last; other zeros mean binary data. */
const BLOCK = 16;

function isBinary(head: Uint8Array): boolean {
  let zeros = 0;
  for (let at = head.indexOf(0); at >= 0; at = head.indexOf(0, at)) {
    const start = at;
    while (head[at] === 0) at++;
    if (at - start < BLOCK && at < head.length) return true;
    zeros += at - start;
  }
  return zeros * 2 > head.length;
}

/** Packets follow one another: field 1 of Trace, its length (a varint), a TracePacket. */
function isPerfetto(head: Uint8Array): boolean {
  let at = 0;
  let packets = 0;
  for (; at < head.length && packets < PACKETS; packets++) {
    if (head[at++] !== 0x0a) return false;
    let size = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = head[at++];
      size += (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    // the smallest has a timestamp or a sequence and something else
    if (!(size >= 4)) return false;
    at += size;
  }
  return packets > 1 && isBinary(head);
}

/** Packets that are looked at. */
const PACKETS = 8;

/** e_type is ET_CORE, in the byte order given by e_ident. */
function isCore(head: Uint8Array): boolean {
  const type = head[5] === 2 ? (head[16] << 8) | head[17] : (head[17] << 8) | head[16];
  return startsWith(head, 0, head.length, '\x7fELF') && type === 4;
}

function isTar(head: Uint8Array): boolean {
  return startsWith(head, 257, head.length, 'ustar');
}

/** After a `[`: an object, an array or a string begins; `[08:15:01.000000100]` is a time. */
function isArray(head: Uint8Array, from: number): boolean {
  let at = from;
  while (at < head.length && head[at] <= 32) at++;
  return head[at] === 0x7b || head[at] === 0x5b || head[at] === 0x22;
}

/** After a `{`: a name in quotes, or nothing; `{noformat}` and `{code}` surround text pasted into Jira. */
function isObject(head: Uint8Array, from: number): boolean {
  let at = from;
  while (at < head.length && head[at] <= 32) at++;
  return head[at] === 0x22 || head[at] === 0x7d;
}

function notATraceText(head: Uint8Array): Unusable | undefined {
  let first = 0;
  while (first < head.length) {
    first = skipBlanks(head, first, head.length);
    if (head[first] !== NEWLINE && head[first] !== 13) break;
    first++;
  }
  if (first >= head.length) {
    return {
      problem: 'the input has only blank lines',
      tryThis: 'check that the capture was written: cat /sys/kernel/tracing/trace > trace.txt',
    };
  }
  if (startsWith(head, first, head.length, '{\\rtf')) {
    return {
      problem: 'this is RTF, the format of a word processor',
      tryThis: 'save it as plain text, or give the file that was pasted',
    };
  }
  const c = head[first];
  if ((c === 0x7b && isObject(head, first + 1)) || (c === 0x5b && isArray(head, first + 1))) {
    return {
      problem: 'this is JSON, not the text of a trace',
      tryThis: 'give the text of /sys/kernel/tracing/trace, `trace-cmd report` or `perf script`, or a CSV table',
    };
  }
  if (c === 0x3c) {
    const start = new TextDecoder('latin1').decode(head.subarray(first, first + 16)).toLowerCase();
    if (/^<(!doctype|html|\?xml|head|svg)/.test(start)) {
      return {
        problem: 'this is HTML or XML, not the text of a trace',
        tryThis: 'download the raw file of the trace instead of the page that shows it',
      };
    }
  }
  return isJoined(head, first)
    ? {
        problem: 'the lines of this text were joined: several events are in one line, and there is no other',
        tryThis: 'give the file with its line ends: a shell needs quotes ("$(cat FILE)"), a form an attachment',
      }
    : undefined;
}

/** `[001] d... 20.539985: `, `[001] 20.539985: `: between the task of an event and its name. */
const CPU_AND_TIME = /\[\d{3,}\] +(?:\S{4,6} +)?\d+\.\d{6,9}: /g;

/** Fewer times in one line may be those of a log, or of the text of a marker. */
const FEWEST_TIMES = 3;

/** One line, in which line ends are not escaped either. */
function isJoined(head: Uint8Array, first: number): boolean {
  const newline = head.indexOf(NEWLINE, first);
  if (newline >= 0 && newline < head.length - 1) return false;
  const text = new TextDecoder('latin1').decode(head.subarray(first)).trimEnd();
  return !/[\r\n]|\\[rn]|<br/i.test(text) && (text.match(CPU_AND_TIME)?.length ?? 0) >= FEWEST_TIMES;
}
