// All 60,000 images, ten epochs, the default race's nine lanes in two workers of Chromium: how long it takes.
import { readFileSync } from 'node:fs';
import { browser, open_lab, serve } from '../browser/lab';

const nine = JSON.parse(readFileSync('assets/experiments/nine.json', 'utf8')) as { data: object };
const site = await serve();
const chromium = await browser([], true);
const lab = await open_lab(chromium, site.origin, { query: '?workers=2' });
const { page } = lab;
await page.evaluate((e) => window.downhill.setState(e), { ...nine, data: { ...nine.data, train: 60000, test: 10000 }, epochs: 10, evaluate: { every: 'epoch' } });
await page.evaluate(() => window.downhill.start());
await page.waitForFunction(() => window.downhill.results().some((r) => r.step > 0), { timeout: 120000, polling: 200 });
const start = performance.now();
await page.waitForFunction(() => window.downhill.results().every((r) => r.status === 'finished'), { timeout: 600000, polling: 500 });
console.log(`nine lanes, 60,000 images, 10 epochs, two workers, evaluated every epoch: ${((performance.now() - start) / 1000).toFixed(1)} s`);
for (const r of await page.evaluate(() => window.downhill.results())) console.log(`  ${r.label.padEnd(14)} ${r.seconds.toFixed(1).padStart(6)} s of training  ${(100 * r.test_accuracy!).toFixed(1)} %  ${r.hash}`);
console.log(`  heap of the page ${(((await page.metrics()).JSHeapUsedSize ?? 0) / 1e6).toFixed(0)} MB`);
await lab.close();
await chromium.close();
site.close();
