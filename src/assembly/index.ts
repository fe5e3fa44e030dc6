// The loops that run for every line or record, compiled to WebAssembly (scripts/build-assembly.mjs): finding newlines,
// parsing lines with a known layout, and encoding and decoding records. They decide nothing: anything unknown is left
// to JavaScript. Written in AssemblyScript, https://www.assemblyscript.org
export { findNewlines } from './newlines';
export { learnColumns } from './columns';
export { putIndexPage, readColumn, sortRows } from './index-rows';
export { forget, keepShape, learnArgument, learnSite, learnPlain, learnShape, learnTask, learnType } from './known';
export { decodeRecords, encodeRecords } from './records';
export { readLine, writeCell } from './walk';
