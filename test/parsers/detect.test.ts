import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../src/parsers/detect/detect.ts';
import { bytes } from './read.ts';

function detected(content: string | Uint8Array): string {
  const found = detectFormat(typeof content === 'string' ? bytes(content) : content);
  return 'parser' in found ? found.parser.head.format : `${found.problem} | ${found.tryThis}`;
}

describe('formats', () => {
  it.each([
    ['ftrace', '             scn-133     [000] d...     9.044846: grab_fast: (f+0x0/0x220) page=0x1\n'],
    ['ftrace', '             scn-133   [000] d...     9.044846: grab_fast: (f+0x0/0x220) page=0x1\n'],
    ['ftrace', 'CPU:0 [LOST 11915 EVENTS]\n             scn-133     [000] d...     9.044846: a: b\n'],
    ['ftrace', '##### CPU 1 buffer started ####\n'],
    ['ftrace', '\n\n# tracer: nop\n#\n'],
    ['ftrace', '             scn-133     [000] d...     9.044846: page_add_file_rmap <-alloc_set_pte\n'],
    ['ftrace', ' 0)   0.772 us    |    __page_set_anon_rmap();\n'],
    ['ftrace', 'fault: (a+0x0/0x1c00) mm=0x1\nfault: (a+0x0/0x1c00) mm=0x1\nx: (a+0x0/0x1c00) mm=0x1\ny: a=0x1\n'],
    ['trace-cmd', 'cpus=2\n'],
    ['trace-cmd', 'version = 6\ncpus=2\n'],
    [
      'trace-cmd',
      '             scn-133   [000]    89.702884: gup_fast:             (ffffffffb4862860) start=0x7f4cd40e8000\n',
    ],
    ['trace-cmd', '             scn-133   [000]    89.702884:          gup_fast:             (ffffffffb4862860)\n'],
    ['trace-cmd', 'CPU:1 [342 EVENTS DROPPED]\n             scn-133   [000]    89.702884: fault:                a=1\n'],
    ['perf-script', '       perf-exec   201 [001]    19.724130:             pindrift:fault: (ffffffffb3462860)\n'],
    ['perf-script', '# ========\n# captured on    : Fri Nov 20 22:23:37 2026\n'],
    ['perf-script', 'pindrift:fault: (ffffffffb3462860) mm=0x1\n'],
    ['ftrace', '\xef\xbb\xbf# tracer: nop\n'],
    ['csv', 'time,cpu,comm,pid,event\n'],
    ['csv', '"ts";"tid";"name"\n1;2;3\n'],
  ])('%s: %s', (format, content) => {
    expect(detected(content)).toBe(format);
  });

  it('can be overruled', () => {
    const content = bytes('             scn-133   [000]    89.702884: gup_fast:             (ffffffffb4862860)\n');
    const found = detectFormat(content, 'ftrace');
    expect('parser' in found && found.parser.head.format).toBe('ftrace');
    expect(detectFormat(content, 'csv')).toMatchObject({ problem: expect.stringContaining('names its columns') });
  });
});

describe('what is not a trace', () => {
  const nul = '\0'.repeat(20);
  it.each([
    ['empty', '', 'input is empty', 'tracing/trace'],
    ['blank lines', '\n \n\t\n\r\n', 'only blank lines', 'tracing/trace'],
    ['trace.dat', `\x17\x08Dtracing6\0${nul}`, 'trace-cmd (trace.dat)', 'trace-cmd report FILE'],
    ['perf.data', `PERFILE2${nul}`, 'perf (perf.data)', 'perf script -i FILE'],
    ['SQLite', `SQLite format 3\0${nul}`, 'SQLite', 'pindrift report'],
    ['gzip in gzip', `\x1f\x8b\x08\0${nul}`, 'gzip within', 'gzip -dc'],
    ['zstd', `\x28\xb5\x2f\xfd${nul}`, 'zstd within', 'zstd -dc'],
    ['xz', `\xfd7zXZ\0${nul}`, 'xz within', 'xz -dc'],
    ['bzip2', `BZh91AY&SY${nul}`, 'bzip2', 'bzip2 -dc'],
    ['zip', `PK\x03\x04${nul}`, 'zip', 'unzip -p'],
    ['lz4', `\x04\x22\x4d\x18${nul}`, 'lz4', 'lz4 -dc'],
    ['tar', `${'a'.repeat(257)}ustar\0${nul}`, 'tar', 'tar -xf'],
    ['ELF', `\x7fELF${nul}`, 'ELF', 'trace'],
    ['UTF-16', '\xff\xfe#\0 \0t\0', 'UTF-16', 'iconv'],
    ['other binary', `abc\n${nul}`, 'binary data', 'file FILE'],
    ['JSON', ' {"traceEvents": []}', 'JSON', 'perf script'],
    ['a list of JSON', '[\n{"ts": 1}]', 'JSON', 'perf script'],
    ['HTML', '\n<!DOCTYPE html><html>', 'HTML', 'raw file'],
    ['prose', 'Dear list,\n\nI see this: a problem.\n', 'begins with "Dear list,"', '--format'],
    [
      'a dmesg',
      '[    0.000000] Linux version 6.1.0-56-amd64\n[    0.000000] Command line: quiet\n',
      'kernel log',
      'sysrq',
    ],
    [
      'a trace without its line ends',
      `# tracer: nop # ${' scn-133 [000] d... 9.044846: fault: (f+0x0/0x1) mm=0x1'.repeat(3)}\n`,
      'lines of this text were joined',
      'quotes',
    ],
    ['a table without events', 'a,b,c\n1,2,3\n', 'not a trace', '--format'],
    ['source code', 'int main(void)\n{\n\treturn 0;\n}\n', 'not a trace', '--format'],
  ])('%s', (_, content, problem, tryThis) => {
    const said = detected(content).split(' | ');
    expect(said[0]).toContain(problem);
    expect(said[1]).toContain(tryThis);
  });

  it('shows the first line harmlessly', () => {
    expect(detected('\x1b[31mred\x07 \xff\n')).toContain('\\x1b[31mred\\x07');
  });
});
