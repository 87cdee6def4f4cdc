// How long a student waits: from the address to the first curves, at 10 Mbit/s and a processor four times slower
// (Chromium's throttling, which slows the page's thread, not its workers). `./dev bench first`.
import { existsSync, readFileSync } from 'node:fs';
import { base, browser, serve } from '../browser/lab';

const chromium = await browser([], true);
for (const compressed of [false, true]) {
  const site = await serve((file, content) => (compressed && existsSync(`dist/site/${file}.br`) ? readFileSync(`dist/site/${file}.br`) : content), [], (file) => (compressed && existsSync(`dist/site/${file}.br`) ? { 'content-encoding': 'br' } : {}) as Record<string, string>);
  const times: number[] = [], moments = new Map<string, number[]>();
  for (let i = 0; i < 5; ++i) {
    const context = await chromium.createBrowserContext(), page = await context.newPage(), client = await page.createCDPSession();
    await page.setViewport({ width: 1280, height: 720 });
    await client.send('Network.enable');
    await client.send('Network.emulateNetworkConditions', { offline: false, latency: 40, downloadThroughput: 1.25e6, uploadThroughput: 1.25e6 });
    await client.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await page.evaluateOnNewDocument(() => {
      const see = () => {
        const curves = window.downhill && 'results' in window.downhill ? window.downhill.results().map((r) => r.curve.length) : [];
        if (curves.some((n) => n >= 1) && !performance.getEntriesByName('first evaluation').length) performance.mark('first evaluation');
        if (curves.some((n) => n >= 2)) performance.mark('first curve');
        else setTimeout(see, 20);
      };
      setTimeout(see, 20);
    });
    await page.goto(site.origin + encodeURI(base) + '?lang=zh&autorun=1', { waitUntil: 'domcontentloaded' });
    await page.waitForFunction(() => performance.getEntriesByName('first curve').length > 0, { polling: 100, timeout: 60000 });
    // from the moment the address is given
    const seen = await page.evaluate(() => [
      ...performance.getEntriesByType('paint').map((e) => [e.name, e.startTime] as const),
      ...performance.getEntriesByType('mark').map((e) => [e.name, e.startTime] as const),
      ...(performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter((e) => /\.(js|wasm|pack)$/.test(e.name) || /quick/.test(e.name)).flatMap((e) => {
        const file = e.name.split('/').at(-1)!.replace(/-[0-9a-f]{12}/, '');
        return [[`${file} asked for`, e.startTime], [`${file} here`, e.responseEnd]] as const;
      })]);
    for (const [name, ms] of seen) moments.set(name, [...(moments.get(name) ?? []), ms]);
    times.push(seen.find(([name]) => name === 'first curve')![1]);
    await context.close();
  }
  const middle = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
  console.log(`${compressed ? 'Brotli beside the files' : 'no compression'}: first curve after ${(middle(times) / 1000).toFixed(1)} s (median of 5; longest ${(Math.max(...times) / 1000).toFixed(1)} s)`);
  for (const [name, list] of [...moments].sort((a, b) => middle(a[1]) - middle(b[1]))) console.log(`  ${Math.round(middle(list)).toString().padStart(6)} ms  ${name}`);
  site.close();
}
await chromium.close();
