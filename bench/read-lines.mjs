// The lower bound for every reader of text in Node: read the file in 4 MB blocks, find the newlines, do nothing with
// them.
import { closeSync, openSync, readSync } from 'node:fs';

const fd = openSync(process.argv[2], 'r');
const block = Buffer.allocUnsafe(4 << 20);
let lines = 0;
for (let got = readSync(fd, block); got > 0; got = readSync(fd, block)) {
  const bytes = block.subarray(0, got);
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
}
closeSync(fd);
console.log(`${lines} lines`);
