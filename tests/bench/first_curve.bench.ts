// How long a student waits: from the address to the first curves, at 10 Mbit/s and a processor four times slower
// (Chromium's throttling, which slows the page's thread, not its workers). `./dev bench first`.
import { existsSync, readFileSync } from 'node:fs';
import { base, browser, serve } from '../browser/lab';

const chromium = await browser();
for (const compressed of [false, true]) {
  const site = await serve((file, content) => (compressed && existsSync(`dist/site/${file}.br`) ? readFileSync(`dist/site/${file}.br`) : content), [], (file) => (compressed && existsSync(`dist/site/${file}.br`) ? { 'content-encoding': 'br' } : {}) as Record<string, string>);
  const times: { painted: number; curve: number }[] = [];
  for (let i = 0; i < 5; ++i) {
    const context = await chromium.createBrowserContext(), page = await context.newPage(), client = await page.createCDPSession();
    await page.setViewport({ width: 1280, height: 720 });
    await client.send('Network.enable');
    await client.send('Network.emulateNetworkConditions', { offline: false, latency: 40, downloadThroughput: 1.25e6, uploadThroughput: 1.25e6 });
    await client.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    const begin = performance.now();
    await page.goto(site.origin + encodeURI(base) + '?lang=zh&autorun=1', { waitUntil: 'domcontentloaded' });
    await page.waitForFunction(() => 'results' in (window.downhill ?? {}), { polling: 50, timeout: 60000 });
    const painted = performance.now() - begin;
    await page.waitForFunction(() => window.downhill.results().some((r) => r.curve.length >= 2), { polling: 50, timeout: 60000 });
    times.push({ painted, curve: performance.now() - begin });
    await context.close();
  }
  const middle = (what: 'painted' | 'curve') => (times.map((t) => t[what]).sort((a, b) => a - b)[2]! / 1000).toFixed(1);
  console.log(`${compressed ? 'Brotli beside the files' : 'no compression'}: controls after ${middle('painted')} s, first curve after ${middle('curve')} s (median of 5; longest ${(Math.max(...times.map((t) => t.curve)) / 1000).toFixed(1)} s)`);
  site.close();
}
await chromium.close();
