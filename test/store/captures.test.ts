// Real captures, each read into a store twice, once by each writer. Every argument of every event is what the line says;
// both stores hold the same; and a store gives the report that `check` gives, with and without running the rules again.
import { describe, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { ingest } from '../../src/engine/ingest.ts';
import { rerun } from '../../src/engine/rerun.ts';
import { readEvents } from '../../src/store/events.ts';
import { openStore } from '../../src/store/open.ts';
import { readReport } from '../../src/store/report.ts';
import { InputError } from '../../src/util/errors.ts';
import { compare, readLines } from './plain-loader.ts';
import { expectSame } from './same.ts';
import { captures, plain, scratch } from './scratch.ts';
import { sqlWriter } from './sql-writer.ts';

const { file } = scratch();

describe.each(captures())('%s', (path) => {
  it('every argument, both writers, the same report', async () => {
    const report = await check([path]).catch((error) => {
      if (error instanceof InputError) return undefined;
      throw error;
    });
    if (report === undefined) return;
    const [pages, sql] = [file('pages.db'), file('sql.db')];
    expect(plain(await ingest([path], { out: pages, force: true }))).toEqual(plain(report));
    await ingest([path], { out: sql, force: true, writer: sqlWriter });
    expectSame(pages, sql);
    expect(plain(await rerun(pages))).toEqual(plain(report));
    await ingest([path], { out: sql, force: true, check: false });
    expect(plain(await rerun(sql))).toEqual(plain(report));
    const store = openStore(pages);
    expect(plain(readReport(store))).toEqual(plain(report));
    const lines = readLines(path);
    let events = 0;
    for (const event of readEvents(store)) {
      events++;
      const wrong = compare(event, lines[event.line - 1]);
      if (wrong !== undefined) expect.fail(`line ${event.line}: ${wrong}\n${lines[event.line - 1]}`);
    }
    store.close();
    expect(events).toBe(report.traces[0].events);
  });
});
