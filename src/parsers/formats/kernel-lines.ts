// Why: a dump in a log, and a trace on a serial console, have lines of other parts of the kernel between their own: a
// device that was plugged in, a CPU that reports a stall because the dump takes so long. They are no lines of the
// trace, and replace none if they are complete and have nothing of a line of a trace:
//
//     usb 1-1: New USB device found, idVendor=1d6b, idProduct=0002, bcdDevice= 6.12
//     rcu: INFO: rcu_preempt self-detected stall on CPU
//      handle_mm_fault+0x12a/0x2c0                     of a call trace, printk_stack_address()
//     ---[ end trace 0000000000000000 ]---
import { isLeftOut } from './lost.ts';

/** It begins with the name of what prints it: `usb 1-1: `, `e1000 0000:00:03.0 eth0: `. */
const NAMED = /^[^\s=|:[\]][^=|]{0,60}?: +\S/;
const OF_CALL_TRACE =
  /^ (?:\? )?[\w.]+\+0x[0-9a-f]+\/0x[0-9a-f]+(?: \[\w+\])?$|^ ?<\/?[A-Z]+>$|^Call Trace:$|^-+\[ .+ \]-+$/;
const AUDIT = /^audit: type=\d+ audit\(/;

/** The column of a task (8 characters wide in a dump), a task and its CPU, a time, a place, a number, a call, a graph. */
const OF_TRACE =
  /^(?:.{8}|.{16})-\d|-\d+ +\d+[^\s\d:]|\dus ?\S?:|[-=]>|<-|: \(\w|0x[0-9a-f]|\w\(\w+: |\w: \w+[,)]|\[\d{3}\] |\d\.\d{6}: |^#|^ *\d+\) |^ *CPU:\d+ \[|^\*\* \d+ printk|\[ *\d+\.\d{3,9}\]/;

/** A value of an event ends with a blank or the line; what drivers print are lists, with commas. */
const VALUE = /\w=[^\s,]+(?= |$)/;
const LIST = /\w=[^\s,]*, ?\w+=/;

/** Whether this may be left of a line of a trace. */
export const hasOfTrace = (line: string): boolean => OF_TRACE.test(line) || (VALUE.test(line) && !LIST.test(line));

/** Whether a text of the kernel's log, without what stands before it, is certainly not of a trace. */
export const isOtherMessage = (text: string): boolean =>
  OF_CALL_TRACE.test(text) || AUDIT.test(text) || (NAMED.test(text) && !hasOfTrace(text) && !isLeftOut(text));

/** What printk puts in front of its own lines, but not of those that a program reads from a trace. */
const STAMP = /^\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? /;

/** Whether a line is such a message, with its time. */
export function isKernelLine(line: string): boolean {
  const stamp = STAMP.exec(line)?.[0];
  return stamp !== undefined && isOtherMessage(line.slice(stamp.length));
}
