// The obvious loader: readline, one regular expression, a row per event and a row per argument, written with prepared
// statements in one transaction. It keeps every event and every argument as text, and nothing else.
import { createReadStream, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';

const [trace, store] = process.argv.slice(2);
const LINE = /^\s*(.{1,16})-(\d+)\s+(?:\(\s*[\d-]+\)\s+)?\[(\d+)\]\s+(\S*)\s+(\d+\.\d+): (\w+): (.*)$/;
const ARGUMENT = /(\w+)=("[^"]*"|\S+)/g;

rmSync(store, { force: true });
const db = new Database(store);
db.pragma('journal_mode = OFF');
db.pragma('synchronous = OFF');
db.exec(`
  CREATE TABLE event (id INTEGER PRIMARY KEY, time TEXT, cpu INTEGER, comm TEXT, pid INTEGER, flags TEXT, name TEXT);
  CREATE TABLE arg (event INTEGER, key TEXT, value TEXT);
`);
const addEvent = db.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)');
const addArgument = db.prepare('INSERT INTO arg VALUES (?, ?, ?)');

let id = 0;
let args = 0;
db.exec('BEGIN');
for await (const line of createInterface({ input: createReadStream(trace, { highWaterMark: 1 << 20 }) })) {
  const m = LINE.exec(line);
  if (m === null) continue;
  const [, comm, pid, cpu, flags, time, name, rest] = m;
  addEvent.run(++id, time, Number(cpu), comm.trim(), Number(pid), flags, name);
  for (const [, key, value] of rest.matchAll(ARGUMENT)) {
    addArgument.run(id, key, value);
    args++;
  }
}
db.exec('COMMIT');
db.close();
console.log(`${id} events, ${args} arguments`);
