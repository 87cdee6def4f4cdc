// Without a network: what was used once opens again, to the same bits; a new version replaces the old one as a whole.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { base, browser, results, serve, wait_for_images, wait_until_finished } from './lab';

let chromium: Browser;
before(async () => { chromium = await browser(); });
after(async () => { await chromium?.close(); });

const short = { downhill: 1, data: { train: 500, test: 200 }, batch: 50, epochs: 2, lanes: [{ label: 'A' }, { label: 'B', optimizer: { name: 'adam', lr: 0.001 } }] };
const open = async (page: Page, origin: string) => {
  await page.goto(origin + encodeURI(base) + '?lang=zh');
  await page.evaluate(() => window.downhill.ready);
};
const run = async (page: Page) => {
  await page.evaluate((e) => window.downhill.setState(e), short);
  await wait_for_images(page);
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  return (await results(page)).map((r) => r.hash);
};
const marked = (page: Page) => page.waitForFunction(() => !document.getElementById('offline')!.hidden, { timeout: 30000 });

test('kept by the service worker: the server gone, the page opens and races to the same bits; in a frame nothing is kept', async () => {
  const site = await serve();
  const context = await chromium.createBrowserContext();
  const page = await context.newPage();
  await open(page, site.origin);
  const online = await run(page);
  await marked(page);
  // an embed registers nothing
  const other = await context.newPage();
  await other.goto(site.origin + encodeURI(base) + 'bench.html');
  await other.evaluate((src) => { const f = document.createElement('iframe'); f.src = src; document.body.append(f); }, site.origin + encodeURI(base) + '?embed=1');
  const frame = (await (await other.waitForSelector('iframe'))!.contentFrame())!;
  await frame.waitForFunction(() => window.downhill?.ready.then(() => true), { timeout: 60000 });
  assert.equal(await frame.evaluate(() => document.getElementById('offline')!.hidden), true);
  await other.close();
  site.close();
  await page.reload();
  await page.evaluate(() => window.downhill.ready);
  assert.deepEqual(await run(page), online);
  assert.equal(await page.evaluate(() => navigator.serviceWorker.controller !== null), true);
  await context.close();
});

test('a new version comes whole: the old page until the new one is kept, then the new one alone', async () => {
  let newer = false;
  const site = await serve((file, content) => {
    if (!newer) return content;
    if (file === 'index.html') return Buffer.from(content.toString().replace('<title>', '<title>2 '));
    if (file === 'service_worker.js') return Buffer.from(content.toString().replace(/version = '[^']*'/, "version = 'newer'"));
    return content;
  });
  const context = await chromium.createBrowserContext();
  const page = await context.newPage();
  await open(page, site.origin);
  await wait_for_images(page);
  await marked(page);
  newer = true;
  await page.reload(); // still the old one, which finds the new one meanwhile
  await page.evaluate(() => window.downhill.ready);
  await page.evaluate(async () => { await (await navigator.serviceWorker.ready).update(); });
  await page.waitForFunction(async () => (await caches.keys()).includes('downhill-newer') && (await caches.keys()).filter((k) => k.startsWith('downhill-') && k !== 'downhill-packs').length === 1, { timeout: 20000 });
  site.close();
  await page.reload();
  await page.evaluate(() => window.downhill.ready);
  const text = await page.evaluate(async () => (await (await fetch('./index.html')).text()));
  assert.match(text, /<title>2 /);
  await context.close();
});
