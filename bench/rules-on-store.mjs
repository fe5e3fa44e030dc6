// Runs all rules again on a store that `ingest` has made.
import { rerun } from '../dist/engine/rerun.js';

const report = await rerun(process.argv[2]);
console.log(`${report.findings.length} findings`);
