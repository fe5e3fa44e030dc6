/// <reference lib="dom" />
// What a reader sees first, at the sizes of screens that people have: whether it is all there, and where.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildHtml } from '../../scripts/build-html.mjs';
import type { DetailedReport } from '../../src/contract/report.ts';
import { html } from '../../src/report/html.ts';
import { pieces } from '../../src/report/index.ts';
import { chromiumPath, Desk, type Opened, whyNot } from './browser.ts';
import { hostileLife, manyLives, odirectLife } from './lives.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const LAPTOP = { viewport: { width: 1366, height: 768 } };
const WIDE = { viewport: { width: 2560, height: 1440 } };
const desk = new Desk();

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  await buildHtml(ROOT);
  await desk.start();
}, 120_000);

afterAll(() => desk.stop());

function open(name: string, detailed: DetailedReport, hash = '', options = {}): Promise<Opened> {
  const url = desk.write(`${name}.html`, pieces(html.renderDetailed?.(detailed, { version: '0.1.0' }) ?? ''));
  return desk.open(url, hash, options);
}

/** Some pins whose release nobody saw, in two captures of two kernels. */
function captures(): DetailedReport {
  const { pins, report } = manyLives(60, 6);
  const [trace] = report.traces;
  if (trace === undefined) throw new Error('the sample has a trace');
  report.traces = ['5.10', '6.1'].map((era) => ({ ...trace, era, path: `captures/${era}/trace.txt` }));
  report.findings = report.findings.map((finding, i) => ({ ...finding, trace: i % 2 }));
  const traceOf = new Map(report.findings.map(({ n, trace }) => [n, trace]));
  return {
    report,
    pins: pins.map((pin, i) => ({
      ...pin,
      trace: traceOf.get(pin.finding ?? 0) ?? i % 2,
      state: i % 5 === 1 && pin.state === 'released' ? 'presumed' : pin.state,
    })),
  };
}

const overflow = (page: Page, selector: string) =>
  page.locator(selector).evaluate((element) => element.scrollWidth - element.clientWidth);

describe.skipIf(chromiumPath === undefined)(`the look of the HTML report (${whyNot})`, { timeout: 90_000 }, () => {
  it('says on the first screen which trace, of which kernel, how long and by which version, without a script too', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const url = desk.write('first.html', pieces(html.renderDetailed?.(odirectLife(), { version: '0.1.0' }) ?? ''));
      const { page } = await desk.open(url, '', { ...LAPTOP, javaScriptEnabled });
      expect(await page.locator('#read').innerText()).toMatch(
        /^odirect_read_swap\/trace\.txt\.gz; kernel .*5\.10.*; clock .* s; pindrift 0\.1\.0$/,
      );
      expect(await page.locator('#worst').innerText()).toMatch(/never arrived in its memory.*finding 1/);
    }
  });

  it('the table of pins has all its columns at 1366, of several captures too', async () => {
    const { page, trouble } = await open('captures', captures(), '#pins', LAPTOP);
    await page.locator('.pin-row.row').first().waitFor();
    expect(await page.locator('.heads .cell').count()).toBe(12);
    expect(await overflow(page, '.table')).toBe(0);
    expect(await overflow(page, 'html')).toBe(0);
    const cut = await page
      .locator('.pin-row .cell.hex, .pin-row .cell.num')
      .evaluateAll((cells) =>
        cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((one) => one.textContent),
      );
    expect(cut).toEqual([]);
    expect(trouble).toEqual([]);
  });

  it('a release that was not seen looks presumed in table, picture and story', async () => {
    const { page, trouble } = await open('captures', captures(), '#pins', LAPTOP);
    await page.getByLabel('State').selectOption('presumed');
    const rows = page.locator('.pin-row.row');
    await expect.poll(() => rows.first().locator('.bound').first().innerText()).toMatch(/^< /);
    expect(
      await rows
        .first()
        .locator('.bound')
        .evaluateAll((all) => all.map((one) => getComputedStyle(one).fontStyle)),
    ).toEqual(['italic', 'italic']);
    await rows.first().click();
    expect(await page.locator('.pin-detail .facts').innerText()).toMatch(/held\s+< .*\s+state\s+presumed released/);
    expect(await page.locator('.pin-detail .band.presumed').count()).toBe(1);
    expect(await page.locator('.pin-detail .glyph.release.presumed').count()).toBeGreaterThan(0);
    expect(await page.locator('.pin-detail .step.presumed').count()).toBe(1);
    expect(trouble).toEqual([]);
  });

  it('search finds what a row shows', async () => {
    const { page, trouble } = await open('captures', captures(), '#pins', LAPTOP);
    const row = page.locator('.pin-row.row').first();
    await row.waitFor();
    const cells = (await row.locator('.cell').allInnerTexts()).filter((text) => text !== '');
    const address = cells.find((text) => /^0x/.test(text)) ?? '';
    for (const shown of [...cells, address.slice(2), cells.join(' ')]) {
      await page.getByLabel('Search pins').fill('no such word');
      await expect.poll(() => page.locator('.pin-row.row').count()).toBe(0);
      await page.getByLabel('Search pins').fill(shown);
      await expect.poll(() => page.locator('.pin-row.row').count(), { message: shown }).toBeGreaterThan(0);
    }
    await page.getByLabel('Search pins').fill('fork-share-then-cow');
    await expect.poll(() => page.locator('.pins .count').innerText()).toMatch(/^\d of 60 pins$/);
    expect(trouble).toEqual([]);
  });

  it('every band is labelled on a phone, in it or below', async () => {
    const { page, trouble } = await open('first', odirectLife(), '#finding-1', PHONE);
    const bands = await page.locator('.timeline .band:not(.presumed), .timeline g.use:not(.callout)').count();
    const labels = await page.locator('.timeline .in-band, .timeline .callout').count();
    expect(labels).toBeGreaterThanOrEqual(bands);
    const right = await page
      .locator('.timeline .callout text')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().right));
    expect(right.filter((x) => x > 390)).toEqual([]);
    expect(trouble).toEqual([]);
  });

  it('prose keeps lines of a readable length on a wide screen', async () => {
    const { page } = await open('first', odirectLife(), '#finding-1', WIDE);
    const widths = await page
      .locator('.message, .subject, .story + .facts dd')
      .evaluateAll((all) =>
        all.map((one) => one.getBoundingClientRect().width / Number.parseFloat(getComputedStyle(one).fontSize)),
      );
    // A letter is about half an em.
    expect(widths.filter((em) => em > 56)).toEqual([]);
  });

  it('a finding is copied as a mail, or shown to be copied', async () => {
    const { page, trouble } = await open('captures', captures(), '#finding-2', LAPTOP);
    expect(await page.locator('.option .third').first().innerText()).toMatch(/(5\.10|6\.1)\/trace\.txt$/);
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'clipboard', {
        configurable: true,
        value: { writeText: async (text: string) => Reflect.set(window, 'copied', text) },
      });
    });
    await page.getByRole('button', { name: 'copy as mail' }).click();
    await page.getByRole('button', { name: 'copied' }).waitFor();
    expect(await page.evaluate(() => Reflect.get(window, 'copied'))).toMatch(
      /^Subject: .*pindrift show captures\/6\.1/s,
    );
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await page.getByRole('button', { name: 'copied' }).click();
    expect(await page.locator('.copied-text').inputValue()).toMatch(/^Subject: /);
    expect(trouble).toEqual([]);
  });

  it('the part of the report that is shown says so to those who cannot see it', async () => {
    const { page } = await open('first', odirectLife());
    expect(await page.locator('nav [aria-current="page"]').innerText()).toBe('Findings 1');
    expect(await page.locator('nav [aria-current]').count()).toBe(1);
  });

  it.each([PHONE, LAPTOP])('hostile names leave the page as wide as it is ($viewport.width)', async (size) => {
    for (const hash of ['#finding-1', '#pins', '#coverage']) {
      const { page, trouble } = await open('hostile', hostileLife(), hash, size);
      expect(await overflow(page, 'html'), hash).toBeLessThanOrEqual(0);
      expect(trouble).toEqual([]);
    }
  });
});
