/// <reference lib="dom" />
// The HTML report as a reader has it: in a browser, from a file, without a network.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildHtml } from '../../scripts/build-html.mjs';
import type { DetailedReport } from '../../src/contract/report.ts';
import { html } from '../../src/report/html.ts';
import { pieces } from '../../src/report/index.ts';
import { chromiumPath, Desk, type Opened, whyNot } from './browser.ts';
import { hostileLife, manyLives, odirectLife } from './lives.ts';
import { cleanReport, HOSTILE, undecided } from './samples.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const desk = new Desk();
const urls = new Map<string, string>();

const REPORTS: Record<string, () => DetailedReport> = {
  odirect: odirectLife,
  hostile: hostileLife,
  few: () => manyLives(400, 30),
  many: () => manyLives(100_000, 200),
  clean: () => ({ report: cleanReport(), pins: [] }),
  undecided: () => ({ report: undecided(), pins: [] }),
};

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  await buildHtml(ROOT);
  await desk.start();
}, 120_000);

afterAll(() => desk.stop());

async function open(name: keyof typeof REPORTS, hash = '', options = {}): Promise<Opened> {
  let url = urls.get(name);
  if (url === undefined) {
    url = desk.write(`${name}.html`, pieces(html.renderDetailed?.(REPORTS[name](), { version: '0.1.0' }) ?? ''));
    urls.set(name, url);
  }
  return desk.open(url, hash, options);
}

const options = (page: Page) => page.locator('#list [role="option"]');
const chosen = (page: Page) => page.locator('[role="option"][aria-selected="true"]');
const title = (page: Page) => page.locator('.detail h2');

/** Keeps a picture where somebody wants to look at it: PINDRIFT_SCREENSHOTS=/folder */
async function picture(page: Page, name: string): Promise<Buffer> {
  const folder = process.env.PINDRIFT_SCREENSHOTS;
  if (folder !== undefined && !existsSync(folder)) mkdirSync(folder, { recursive: true });
  return page.screenshot(folder === undefined ? {} : { path: join(folder, `${name}.png`) });
}

describe.skipIf(chromiumPath === undefined)(`the HTML report in a browser (${whyNot})`, { timeout: 90_000 }, () => {
  it('shows verdict, list and the first finding with its timeline and trace lines', async () => {
    const { page, trouble } = await open('odirect');
    expect(await page.title()).toBe('violated: 1 error - odirect_read_swap/trace.txt.gz - pindrift');
    expect(await page.locator('#verdict').innerText()).toBe('violated: 1 error');
    expect(await options(page).count()).toBe(1);
    expect(await title(page).innerText()).toContain('swapin-cow-under-pin');
    expect(await page.locator('.message').innerText()).toBe(odirectLife().report.findings[0]?.message);
    expect(await page.locator('.story .step').count()).toBe(7);
    expect(await page.locator('.story pre').first().innerText()).toContain('331 |');
    expect(await page.locator('.facts').last().innerText()).toContain('PG_anon_exclusive');
    await picture(page, 'finding');
    expect(trouble).toEqual([]);
  });

  it('draws page and mapping on each other until they part', async () => {
    const { page, trouble } = await open('odirect');
    const box = async (selector: string) => {
      const found = await page.locator(`.timeline ${selector}`).first().boundingBox();
      if (found === null) throw new Error(`no ${selector}`);
      return found;
    };
    const pin = await box('.band.pin rect');
    const mapped = await box('.band.mapped rect');
    const other = await box('.band.other path');
    const swapped = await box('.band.swapped rect');
    expect(mapped.y - (pin.y + pin.height)).toBeLessThan(3);
    expect(swapped.x).toBeGreaterThan(mapped.x);
    // The other page begins at the mapping and goes down from there.
    expect(Math.abs(other.y - mapped.y)).toBeLessThan(2);
    expect(other.height).toBeGreaterThan(mapped.height * 1.5);
    expect(await page.locator('.timeline .parted text').textContent()).toBe('drift');
    expect(await page.locator('.lane-label').allTextContents()).toEqual([
      'cpu0',
      'cpu1',
      'scn-158',
      'scn-157',
      '<idle>-0',
    ]);
    expect(trouble).toEqual([]);
  });

  it('zooms by button, wheel and key, pans, and fits again', async () => {
    const { page, trouble } = await open('odirect');
    await page.getByRole('button', { name: 'to scale' }).click();
    const ticks = () => page.locator('.axis .tick text').allTextContents();
    const whole = await ticks();
    expect(whole).toContain('0');
    const stage = page.locator('.stage');
    const box = await stage.boundingBox();
    if (box === null) throw new Error('no stage');
    await page.mouse.move(box.x + 420, box.y + 80);
    await page.keyboard.down('Control');
    for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -200);
    await page.keyboard.up('Control');
    await expect.poll(ticks).not.toEqual(whole);
    const wheeled = await ticks();
    await page.mouse.down();
    await page.mouse.move(box.x + 220, box.y + 80, { steps: 4 });
    await page.mouse.up();
    await expect.poll(ticks).not.toEqual(wheeled);
    await page.getByRole('button', { name: 'fit everything' }).click();
    await expect.poll(ticks).toEqual(whole);
    await stage.focus();
    await page.keyboard.press('+');
    await expect.poll(ticks).not.toEqual(whole);
    await page.keyboard.press('0');
    await expect.poll(ticks).toEqual(whole);
    // A wheel without Ctrl scrolls the page.
    await page.mouse.move(box.x + 420, box.y + 80);
    await page.mouse.wheel(0, 300);
    await expect.poll(() => page.locator('.detail').evaluate((element) => element.scrollTop)).toBeGreaterThan(50);
    expect(await ticks()).toEqual(whole);
    expect(trouble).toEqual([]);
  });

  it('hovering shows the step, a click and the arrow keys select it in the story too', async () => {
    const { page, trouble } = await open('odirect');
    const copy = page.locator('.timeline .glyph.parts').first();
    await copy.hover();
    expect(await page.locator('.tip').innerText()).toContain('line 648');
    await copy.click();
    expect(await page.locator('.story .step.picked').innerText()).toContain('◀ drift');
    await page.locator('.stage').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.story .step.picked').innerText()).toContain('i/o end');
    expect(await page.locator('.spoken').textContent()).toMatch(/^step 6 of 7: i\/o end, READ 512 bytes/);
    expect(trouble).toEqual([]);
  });

  it('filters by severity, rule and text, and counts what is left', async () => {
    const { page, trouble } = await open('few');
    const count = () => page.locator('.side .count').innerText();
    expect(await count()).toBe('30 findings');
    await page.locator('[data-severity="note"]').click();
    await page.locator('[data-severity="warning"]').click();
    expect(await count()).toBe('10 of 30 findings');
    await page.getByLabel('Rule').selectOption('fork-share-then-cow');
    expect(await count()).toBe('2 of 30 findings');
    await page.getByLabel('Rule').selectOption('');
    await page.locator('[data-severity="note"]').click();
    await page.locator('[data-severity="warning"]').click();
    await page.getByLabel('Search findings and trace lines').fill('#17');
    expect(await count()).toBe('1 of 30 findings');
    await page.getByLabel('Search findings and trace lines').fill('no such word');
    expect(await options(page).count()).toBe(0);
    expect(trouble).toEqual([]);
  });

  it('a link leads to its finding, past a filter that hides it, and the address follows the reader', async () => {
    const { page, trouble } = await open('few', '#finding-3');
    expect(await title(page).innerText()).toMatch(/^3 /);
    await page.keyboard.press('j');
    const next = await chosen(page).getAttribute('id');
    expect(page.url()).toMatch(new RegExp(`#finding-${next?.replace('option-', '')}$`));
    await page.getByLabel('Search findings and trace lines').fill('no such word');
    await page.evaluate(() => {
      location.hash = '#finding-5';
    });
    await expect.poll(() => title(page).innerText()).toMatch(/^5 /);
    expect(await page.getByLabel('Search findings and trace lines').inputValue()).toBe('');
    await page.evaluate(() => {
      location.hash = '#finding-999';
    });
    await expect.poll(() => page.locator('.nothing').innerText()).toBe('There is no finding 999 in this report.');
    expect(trouble).toEqual([]);
  });

  it('is all reachable by keyboard, with a focus that is seen', async () => {
    const { page, trouble } = await open('few');
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || '');
    const order: string[] = [];
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      order.push(await focused());
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
      expect(outline, `focus on ${order.at(-1)}`).not.toBe('none');
    }
    expect(order.slice(0, 5)).toEqual(['skip', 'Findings 30', 'Pins 400', 'Coverage', 'search']);
    expect(order).toContain('list');
    await page.locator('#list').focus();
    const first = await chosen(page).getAttribute('id');
    await page.keyboard.press('ArrowDown');
    expect(await chosen(page).getAttribute('id')).not.toBe(first);
    expect(await page.locator('#list').getAttribute('aria-activedescendant')).toBe(
      await chosen(page).getAttribute('id'),
    );
    await page.keyboard.press('Enter');
    expect(await focused()).toMatch(/^detail-title-/);
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('list');
    await page.keyboard.press('k');
    expect(await chosen(page).getAttribute('id')).toBe(first);
    await page.keyboard.press('/');
    expect(await focused()).toBe('search');
    await page.keyboard.type('jk');
    expect(await page.locator('#search').inputValue()).toBe('jk');
    expect(trouble).toEqual([]);
  });

  it.each(['', '#finding-2', '#pin-1', '#coverage'])('hostile names stay text (%s)', async (hash) => {
    const { page, trouble } = await open('hostile', hash);
    await page.waitForFunction(() => document.querySelector('.detail, .pin-row.row, .coverage') !== null);
    await page.emulateMedia({ media: 'print' });
    await page.locator('#print .coverage').waitFor();
    expect(await page.locator('script').count()).toBe(3);
    const text = await page.evaluate(
      () =>
        `${document.title}${document.querySelector('#main')?.textContent}${document.querySelector('#print')?.textContent}`,
    );
    expect(text).toContain('<script>alert(1)</script>');
    expect(text.includes(HOSTILE.slice(0, 3))).toBe(false);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
    expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f]/.exec(text)).toBe(null);
    const attributes = await page.evaluate(() =>
      [...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames()),
    );
    expect(attributes.filter((name) => name.startsWith('on') || name === 'src')).toEqual([]);
    expect(trouble).toEqual([]);
  });

  it('pins: sorted, searched, and each with its timeline', async () => {
    const { page, trouble } = await open('few', '#pins');
    const rows = page.locator('.pin-row.row');
    await rows.first().waitFor();
    expect(await page.locator('.pins .count').innerText()).toBe('400 pins');
    await page.getByRole('button', { name: 'held' }).click();
    await page.getByRole('button', { name: 'held' }).click();
    expect(await page.getByRole('columnheader', { name: 'held' }).getAttribute('aria-sort')).toBe('descending');
    await page.getByLabel('Search pins').fill('postgres');
    await expect.poll(() => page.locator('.pins .count').innerText()).toMatch(/^\d+ of 400 pins$/);
    await rows.first().click();
    expect(page.url()).toMatch(/#pin-\d+$/);
    expect(await page.locator('.pin-detail h2').innerText()).toContain('postgres[');
    expect(await page.locator('.pin-detail .glyph').count()).toBeGreaterThan(3);
    await page.getByLabel('with a finding').check();
    await rows.first().click();
    await page.locator('.pin-detail a').click();
    await expect.poll(() => page.url()).toMatch(/#finding-\d+$/);
    expect(trouble).toEqual([]);
  });

  // What keeps it smooth can be counted: the rows that exist at a time, wherever the reader is.
  it('stays smooth with 200 findings and 100,000 pins: only rows in sight exist', async () => {
    const { page, trouble } = await open('many', '#finding-150');
    expect(await title(page).innerText()).toMatch(/^150 /);
    expect(await options(page).count()).toBeLessThan(40);
    await page.getByRole('link', { name: 'Pins' }).click();
    await page.locator('.pin-row.row').first().waitFor();
    expect(await page.locator('.pin-row.row').count()).toBeLessThan(120);
    // to the end in steps, as by a dragged scroll bar
    const most = await page.evaluate(async () => {
      const table = document.querySelector('.table');
      let rows = 0;
      for (let i = 1; i <= 60; i++) {
        table?.scrollTo(0, ((table.scrollHeight - table.clientHeight) * i) / 60);
        await new Promise(requestAnimationFrame);
        rows = Math.max(rows, document.querySelectorAll('.pin-row.row').length);
      }
      return rows;
    });
    expect(most).toBeLessThan(120);
    await expect
      .poll(() => page.locator('.pin-row.row').last().getAttribute('aria-rowindex'), { timeout: 60_000 })
      .toBe('100001');
    await page.getByLabel('Search pins').fill('postgres 0x7f02');
    await expect.poll(() => page.locator('.pins .count').innerText(), { timeout: 60_000 }).toMatch(/of 100,000 pins$/);
    await page.getByRole('button', { name: 'address' }).click();
    expect(await page.locator('.pin-row.row').count()).toBeLessThan(120);
    await picture(page, 'pins');
    expect(trouble).toEqual([]);
  });

  it.each(['clean', 'undecided'] as const)('%s: no finding, and what was checked', async (name) => {
    const { page, trouble } = await open(name);
    expect(await page.locator('.nothing').innerText()).toContain('No findings');
    await page.getByRole('link', { name: 'Coverage' }).click();
    // a link is followed when the browser gets to it
    await page.locator('.coverage tbody tr').first().waitFor();
    expect(await page.locator('.coverage tbody tr').count()).toBe(REPORTS[name]().report.rules.length);
    expect(await page.locator('.coverage').innerText()).toContain(
      name === 'clean' ? 'Nothing was lost' : '100 events lost on CPU 1 at :1042, :2210: the ring buffer was full',
    );
    await picture(page, `coverage-${name}`);
    expect(trouble).toEqual([]);
  });

  it('is light in the light and dark in the dark', async () => {
    const ground = async (colorScheme: 'light' | 'dark') => {
      const { page } = await open('odirect', '', { colorScheme });
      await picture(page, colorScheme);
      return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    };
    expect(await ground('light')).toBe('rgb(255, 255, 255)');
    expect(await ground('dark')).toBe('rgb(20, 23, 26)');
  });

  it('on paper has every finding that passes the filter, and the coverage', async () => {
    const { page, trouble } = await open('few', '', { colorScheme: 'dark' });
    await page.locator('[data-severity="note"]').click();
    await page.emulateMedia({ media: 'print' });
    await page.locator('#print .coverage').waitFor();
    expect(await page.locator('#print .finding').count()).toBe(20);
    expect(await page.locator('#print .finding').first().locator('.timeline .band').count()).toBeGreaterThan(2);
    expect(await page.locator('#main').isVisible()).toBe(false);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    await picture(page, 'print');
    await page.emulateMedia({ media: 'screen' });
    await expect.poll(() => page.locator('#print .finding').count()).toBe(0);
    expect((await page.pdf()).length).toBeGreaterThan(20_000);
    expect(trouble).toEqual([]);
  });

  it('fits a phone: the list, then the finding, then back', async () => {
    const { page, trouble } = await open('few', '', PHONE);
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await picture(page, 'phone-list');
    expect(await page.locator('.detail').isVisible()).toBe(false);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await options(page).first().tap();
    expect(await title(page).isVisible()).toBe(true);
    expect(await page.locator('#list').isVisible()).toBe(false);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await picture(page, 'phone-finding');
    await page.getByRole('button', { name: 'Back to the list' }).tap();
    expect(await page.locator('#list').isVisible()).toBe(true);
    await page.getByRole('link', { name: 'Pins' }).tap();
    await page.locator('.pin-row.row').first().tap();
    expect(await overflow()).toBeLessThanOrEqual(0);
    await picture(page, 'phone-pin');
    expect(trouble).toEqual([]);
  });
});
