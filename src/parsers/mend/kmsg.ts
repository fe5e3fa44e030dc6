// Why: /dev/kmsg, and netconsole with extended records, print a number with each record of the kernel log, so that a
// record that is missing can be told, escape what is not printable, and add lines about the device it is of
// (info_print_ext_header(), msg_add_ext_text() in kernel/printk/printk.c; Documentation/ABI/testing/dev-kmsg):
//
//     0,904,61502800,-,caller=T138;     rdr-2102      0.... 1000000us : fault: (handle_mm_fault+0x0/0x1c00) ...
//     6,905,61503500,-;usb 1-1: new device
//      SUBSYSTEM=usb
//     6,906,61504200,-,ncfrag=0/1520;...          a part of a record, of netconsole
const RECORD = /(?:^|\s)\d{1,4},(\d+),\d+,[-c+](?:,([^;]{0,80}))?;/;
const ABOUT = /^ [A-Z_][A-Z0-9_]*=/;
const ESCAPED = /\\x([0-9a-f]{2})/g;

export interface KmsgLine {
  /** the line, with its text as it was printed */
  line: string;
  /** number of the record; undefined: the line is none */
  record: number | undefined;
}

export class Kmsg {
  /** number of the last record */
  #last: number | undefined;
  #isPart = false;
  #damage: string | undefined;

  get damage(): string | undefined {
    return this.#damage;
  }

  /** The record in this line; undefined: the line is about the one before. */
  read(line: string): KmsgLine | undefined {
    const m = RECORD.exec(line);
    if (m === null) return this.#last !== undefined && ABOUT.test(line) ? undefined : { line, record: undefined };
    this.#isPart = m[2]?.includes('ncfrag=') === true;
    const text = m.index + m[0].length;
    const plain = line.slice(text).replace(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return { line: line.slice(0, text) + plain, record: Number(m[1]) };
  }

  /** It was sent by the machine that is read. @param isInside within a dump, where each record counts */
  take(record: number, isInside: boolean): void {
    const last = this.#last ?? record - 1;
    this.#last = record;
    if (!isInside || record === last) return;
    if (record !== last + 1)
      this.#damage ??= `records of the kernel log are missing in a dump: ${record} follows ${last}`;
    if (this.#isPart) this.#damage ??= 'netconsole sent records of a dump in parts, which are not joined';
  }
}
