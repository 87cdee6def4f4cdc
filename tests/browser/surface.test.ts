// The lab Surface as a student meets it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { box_of, browser, command, item, open_lab, press, screenshot, serve, settle, wait_for_item, type Lab, type LabOptions } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

interface Standing { label: string; step: number; steps: number; x: number; y: number; f: number; distance: number; status: string; hash: string }
const results = (page: Page) => page.evaluate(() => window.downhill.results() as unknown as Standing[]);
const show = async (page: Page, what: object) => { await page.evaluate((w) => window.downhill.show(w), what); await settle(page); };
const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const lab_test = (name: string, act: (page: Page, lab: Lab) => Promise<void>, options: LabOptions = {}) =>
  test(name, async () => {
    const lab = await open_lab(chromium, site.origin, { hash: '#surface', ...options });
    await settle(lab.page);
    await act(lab.page, lab);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });

for (const [name, options] of Object.entries({
  wide: {}, dark: { query: '?lang=en&theme=dark' }, projector: { query: '?lang=zh&theme=projector', width: 1920, height: 1080 }, embed: { query: '?lang=en&theme=light&embed=1', width: 800, height: 600 },
  phone: { width: 390, height: 844, touch: true },
} satisfies Record<string, LabOptions>))
  lab_test(`it is drawn: ${name}`, async (page) => {
    await page.evaluate(() => window.downhill.seek(18));
    await settle(page);
    await screenshot(page, `surface-${name}`);
    for (const tab of ['inside', 'curves', 'map', 'setup']) {
      await show(page, { tab });
      await new Promise((resolve) => setTimeout(resolve, 700));
      await settle(page);
      await screenshot(page, `surface-${name}-${tab}`);
    }
    await show(page, { picture: 'relief', tab: 'lanes' });
    await settle(page);
    await screenshot(page, `surface-${name}-relief`);
  }, options);
