// Runs all rules on the text of a trace, without the command line: the comparison for rules-on-store.mjs.
import { check } from '../dist/engine/check.js';

const report = await check([process.argv[2]]);
console.log(`${report.findings.length} findings`);
