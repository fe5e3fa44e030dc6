import { readFileSync } from 'node:fs';
import { plain, withoutLoops } from './oracles.ts';
for (const f of process.argv.slice(2)) { const b = readFileSync(f); const said: any = undefined;
 for (const fmt of [undefined,'trace-cmd'] as any[]) {
 const a: any = await plain(b, fmt); const c: any = await withoutLoops(() => plain(b, fmt));
 console.log(fmt, JSON.stringify(a.traces?.[0]?.lineKinds ?? a.message), JSON.stringify(c.traces?.[0]?.lineKinds ?? c.message)); } }
process.exit(0)
