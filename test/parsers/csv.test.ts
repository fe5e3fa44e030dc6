import { describe, expect, it } from 'vitest';
import { csvTime } from '../../src/parsers/formats/csv-columns.ts';
import { readAll } from './read.ts';

describe('rows', () => {
  it('become events of the usual shape', async () => {
    const { head, lines } = await readAll(
      'time,cpu,comm,pid,event,mm,addr\n9.044846,0,scn,133,fault,0xffff8dd4c1061dc0,0x40d9d0\n',
    );
    expect(head).toMatchObject({ format: 'csv', timeUnit: 'ns', timeBase: 9, timeDigits: 6 });
    expect(lines).toEqual([
      { kind: 'Header' },
      { comm: 'scn', pid: 133, cpu: 0, ts: 44_846_000, name: 'fault', args: 'mm=0xffff8dd4c1061dc0 addr=0x40d9d0' },
    ]);
  });

  it('read integers as nanoseconds, also of epoch times', async () => {
    const { head, lines } = await readAll('ts,tid,name\n1763674000123456789,7,a\n1763674001000000001,7,b\n');
    expect(head).toMatchObject({ timeBase: 1_763_674_000, timeDigits: 9 });
    expect(lines.slice(1).map((line) => line.ts)).toEqual([123_456_789, 1_000_000_001]);
  });

  it('keep quotes, separators and newlines of cells', async () => {
    const { lines } = await readAll(
      '"time";"comm";"tid";"pid";"event";"text"\r\n"1.5";"a;b";"8";"7";"probe:do_wp_page";"say ""hi""\r\nthere"\r\n"1.6";"c";"8";"7";"x";""\r\n',
    );
    expect(lines).toEqual([
      { kind: 'Header' },
      {
        comm: 'a;b',
        pid: 8,
        tgid: 7,
        cpu: -1,
        ts: 500_000_000,
        system: 'probe',
        name: 'do_wp_page',
        args: 'text="say \\"hi\\"\\r\\nthere"',
      },
      { comm: 'c', pid: 8, tgid: 7, cpu: -1, ts: 600_000_000, name: 'x', args: '' },
    ]);
  });

  it('take a column of arguments as it is, and leave out what is absent', async () => {
    const { lines } = await readAll(
      ',time,pid,event,args,page,order\n0,1.0,7.0,fault,"(do_wp_page+0x0/0x380) mm=0x1 addr=0x2",nan,3.0\n1,1.1,7,x,,0x5,\n',
    );
    expect(lines.slice(1)).toMatchObject([
      { pid: 7, name: 'fault', args: '(do_wp_page+0x0/0x380) mm=0x1 addr=0x2 order=3' },
      { pid: 7, name: 'x', args: 'page=0x5' },
    ]);
  });

  it('may be mixed with messages of bpftrace', async () => {
    const { head, lines } = await readAll(
      'Attaching 3 probes...\nnsecs\tcpu\tcomm\ttid\tevent\taddr\n9044846000\t0\tscn\t133\tfault\t0x40d9d0\nLost 18 events\n\n9044847000\t0\tscn\t133\tfault\t0x40e9d0\n@faults[133]: 12\n',
    );
    expect(head).toMatchObject({ variant: 'separated by tabs', timeBase: 9 });
    expect(lines).toMatchObject([
      { kind: 'Header' },
      { kind: 'Header' },
      { name: 'fault', ts: 44_846_000 },
      { kind: 'Lost', lost: 18, cpu: -1 },
      { kind: 'Blank' },
      { name: 'fault', ts: 44_847_000 },
      { kind: 'Record' },
    ]);
  });

  it('follow what bpftrace lost while it enabled its probes', async () => {
    const { head, lines } = await readAll(
      'Lost 12572 events\n# pindrift-release: 5.10.0\nnsecs,cpu,tid,event,args\n9044846000,0,133,fault,addr=0x40d9d0\n',
    );
    expect(head).toMatchObject({ format: 'csv', kernel: '5.10.0' });
    expect(lines).toMatchObject([
      { kind: 'Lost', lost: 12_572 },
      { kind: 'Header' },
      { kind: 'Header' },
      { name: 'fault', args: 'addr=0x40d9d0' },
    ]);
  });

  it('are bad when cells are missing, or the time or the event is invalid', async () => {
    const { lines } = await readAll('time,pid,event\n1.0,7,a\n1.1,7\n1.2,7,b,c\nsoon,7,d\n1.3,7,\n,7,e\n');
    expect(lines.slice(2)).toEqual([
      { kind: 'Bad', reason: 'the row has 2 cells, the header 3' },
      { kind: 'Bad', reason: 'the row has 4 cells, the header 3' },
      { kind: 'Bad', reason: 'the time column is not a number' },
      { kind: 'Bad', reason: 'the event column is empty' },
      { comm: '', pid: 7, cpu: -1, ts: Number.NaN, name: 'e', args: '' },
    ]);
  });

  it('may repeat the header, and begin with a byte order mark', async () => {
    const { lines } = await readAll('\xef\xbb\xbftime,pid,event\n1.0,7,a\ntime,pid,event\n1.1,7,b\n');
    expect(lines).toMatchObject([{ kind: 'Header' }, { name: 'a' }, { kind: 'Header' }, { name: 'b' }]);
  });

  it('may have blanks before a quote', async () => {
    const row = (sign: string) => `1.0${sign} 7${sign} "a b"${sign} "mm=0x1, ""x"" addr=0x2"\n`;
    for (const sign of [',', ';']) {
      const head = ['time', 'pid', 'event', 'args'].join(`${sign} `);
      const { lines } = await readAll(`${head}\n${row(sign)}`);
      expect(lines[1]).toMatchObject({ name: 'a b', args: expect.stringMatching(/^mm=0x1, ?"x" addr=0x2$/) });
    }
  });

  it('lose one line to a quote that is never closed', async () => {
    const { lines } = await readAll('time,pid,event\n1.0,7,"a\n1.1,7,b\n1.2,7,c\n');
    expect(lines.map((line) => line.name ?? line.kind)).toEqual(['Header', 'Bad', 'b', 'c']);
  });
});

describe('csvTime', () => {
  it.each([
    ['12.345678901', undefined, 12, 345_678_901],
    ['12.5', undefined, 12, 500_000_000],
    ['12345678901', undefined, 12, 345_678_901],
    ['5', undefined, 0, 5],
    ['5', 0, 5, 0],
    ['1234567', 6, 1, 234_567_000],
    ['1234.5', 3, 1, 234_500_000],
    ['1.2345e+10', undefined, 12_345_000_000, 0],
    ['1.2345e+10', 9, 12, 345_000_000],
    ['18446744073709551615', undefined, 18_446_744_073, 709_551_615],
  ])('reads %s exactly', (cell, unit, seconds, nanoseconds) => {
    expect(csvTime(cell, unit)).toMatchObject({ seconds, ns: nanoseconds });
  });

  it.each(['', 'x', '-1', '1:2', '0x10', '1e99'])('"%s" is not a time', (cell) => {
    expect(csvTime(cell, undefined)).toBeUndefined();
  });
});
