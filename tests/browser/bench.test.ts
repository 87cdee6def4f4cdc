// bench.html as a user meets it: it measures on this device alone and shows rows with units.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { base, browser, serve } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

for (const [lang, heading] of [['zh', '这台设备有多快？'], ['en', 'How fast is this device?']] as const)
  test(`the speed of this device is measured and shown: ${lang}`, async () => {
    const page = await chromium.newPage();
    const wrong: string[] = [];
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('console', (message) => { if (message.type() === 'error') wrong.push(message.text()); });
    page.on('request', (request) => { if (!request.url().startsWith(site.origin) && !request.url().startsWith('blob:')) wrong.push(request.url()); });
    await page.setViewport({ width: lang === 'zh' ? 1000 : 390, height: 760 });
    await page.goto(site.origin + encodeURI(base) + `bench.html?lang=${lang}`);
    assert.equal(await page.$eval('h1', (h) => h.textContent), heading);
    await page.click('#start');
    await page.waitForFunction(() => document.querySelectorAll('#rows tr').length >= 4, { timeout: 60000 });
    const rows = await page.$$eval('#rows tr', (lines) => lines.map((line) => [...line.querySelectorAll('td')].map((cell) => cell.textContent ?? '')));
    assert.match(rows[0]![1]!, /^peak/);
    assert.match(rows[1]![1]!, /^train 784-128-10 sgd batch 64$/);
    for (const row of rows) assert.ok(Number(row[3]) > 0, row.join());
    assert.match(rows[1]![4]!, /^\d+ %$/);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is cut off at the side');
    mkdirSync('build/screenshots', { recursive: true });
    await page.screenshot({ path: `build/screenshots/bench-${lang}.png` });
    assert.deepEqual(wrong, []);
    await page.close();
  });
