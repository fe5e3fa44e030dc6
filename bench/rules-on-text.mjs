// All rules on the text of a trace, without the command line around it: what rules-on-store.mjs is compared with.
import { check } from '../dist/engine/check.js';

const report = await check([process.argv[2]]);
console.log(`${report.findings.length} findings`);
