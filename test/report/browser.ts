// Chromium for tests that look at a page as a reader does. It comes from the distribution (`apt-get install chromium`),
// never from a download of its own; where there is none the tests say so and are skipped, but not in CI.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];

export const chromiumPath = [process.env.CHROMIUM ?? '', ...PLACES].find((path) => path !== '' && existsSync(path));

if (chromiumPath === undefined && process.env.CI !== undefined) {
  throw new Error('no Chromium: apt-get install -y chromium, or say CHROMIUM=/path/to/it');
}

export const whyNot = 'needs Chromium: apt-get install chromium, or CHROMIUM=/path/to/it';

/** Nothing of its own may go out either: a test sees every request that the page makes, and only those. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Opened {
  page: Page;
  /** errors and warnings of the console, uncaught errors, dialogs, requests that left the page */
  trouble: string[];
}

/** One browser, and pages of it from files in a folder of their own. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'pindrift-html-'));
  #browser: Browser | undefined;

  async start(): Promise<void> {
    this.#browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: QUIET });
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  write(name: string, pieces: Iterable<string | Uint8Array>): string {
    const path = join(this.folder, name);
    writeFileSync(path, [...pieces].join(''));
    return pathToFileURL(path).href;
  }

  /** Opens a report and waits until it is drawn. */
  async open(url: string, hash = '', options: BrowserContextOptions = {}): Promise<Opened> {
    if (this.#browser === undefined) throw new Error('the browser is not started');
    const context = await this.#browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
    page.on('dialog', async (dialog) => {
      trouble.push(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    await context.route('**/*', async (route) => {
      if (route.request().url().split('#')[0] === url) return route.continue();
      trouble.push(`request: ${route.request().url()}`);
      return route.abort();
    });
    await page.goto(url + hash);
    if (options.javaScriptEnabled !== false) await page.locator('#main[aria-busy="false"]').waitFor();
    return { page, trouble };
  }
}
