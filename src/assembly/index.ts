// The loops that run for every line or record, compiled to WebAssembly (scripts/build-assembly.mjs): finding newlines, walking
// along a line whose like was understood before, and records to bytes and back. They decide nothing: what they do not
// know is left to JavaScript. Written in AssemblyScript, https://www.assemblyscript.org
export { findNewlines } from './newlines';
export { learnColumns } from './columns';
export { forget, keepShape, learnArgument, learnSite, learnPlain, learnShape, learnTask, learnType } from './known';
export { decodeRecords, encodeRecords } from './records';
export { readLine, writeCell } from './walk';
