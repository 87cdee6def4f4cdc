// The page's own time for a frame while nine lanes train, without the graphics driver, view by view with two lanes side by
// side; and, with a number of minutes as argument, whether memory stays where it is while races run again and again.
import { browser, open_lab, serve, wait_for_images } from '../browser/lab';

const minutes = Number(process.argv[2] ?? 0);
const site = await serve();
const chromium = await browser();
const lab = await open_lab(chromium, site.origin, { query: `?lang=zh&theme=light&workers=${process.env.WORKERS ?? 2}` });
const { page } = lab;
await wait_for_images(page);
await page.evaluate(() => window.downhill.setState({ ...(window.downhill.getState() as any), epochs: 10000, network: { hidden: [{ units: 128, activation: 'relu', dropout: 0.2 }] } }));
await wait_for_images(page);
await page.evaluate(() => window.downhill.start());
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const number = (value: number | undefined) => (value ?? 0).toFixed(1).padStart(6);
console.log('view            frames  app ms: median   99 %   with driver: median');
for (const view of ['none', 'samples', 'weights', 'confusion', 'predictions', 'units', 'optimizer', 'masks', 'draw', 'sweep', 'differences']) {
  await page.evaluate((v) => window.downhill.show({ view: v, lane: 8, other: 5 }), view);
  await pause(600);
  await page.evaluate(() => window.downhill_internal.page.command('stats_anew'));
  await pause(6000);
  const s = await page.evaluate(() => window.downhill.stats());
  console.log(`${view.padEnd(14)} ${String(s.frames).padStart(6)}          ${number(s.app_ms_50)} ${number(s.app_ms_99)}                ${number(s.cpu_ms_50)}`);
}
// The clock above goes on while trainers and software graphics hold the cores. At rest nothing takes them away:
await page.evaluate(() => window.downhill.pause());
console.log('at rest, 200 frames each, forced');
for (const view of ['none', 'samples', 'weights', 'confusion', 'predictions', 'units', 'optimizer', 'masks', 'draw', 'sweep', 'differences']) {
  await page.evaluate((v) => window.downhill.show({ view: v, lane: 8, other: 5 }), view);
  await pause(1500);
  await page.evaluate(async () => {
    const { page: it } = window.downhill_internal as any;
    it.command('stats_anew');
    for (let i = 0; i < 200; ++i) await new Promise<void>((resolve) => { it.input(); requestAnimationFrame(() => resolve()); });
  });
  const s = await page.evaluate(() => window.downhill.stats());
  console.log(`${view.padEnd(14)} ${String(s.frames).padStart(6)}          ${number(s.app_ms_50)} ${number(s.app_ms_99)}                ${number(s.cpu_ms_50)}`);
}
const memory = async () => {
  await (page as any)._client().send('HeapProfiler.collectGarbage').catch(() => undefined);
  const { JSHeapUsedSize = 0 } = await page.metrics();
  return [JSHeapUsedSize / 1e6, ((await page.evaluate(() => window.downhill.stats())).heap_bytes ?? 0) / 1e6] as const;
};
await page.evaluate(() => window.downhill.setState({ ...(window.downhill.getState() as any), epochs: 5 }));
for (let minute = 0; minute <= minutes; ++minute) {
  const [js, wasm] = await memory();
  console.log(`minute ${minute}: page's JavaScript heap ${js.toFixed(1)} MB, app's memory ${wasm.toFixed(1)} MB`);
  if (minute === minutes) break;
  const until = Date.now() + 60000;
  for (let i = 0; Date.now() < until; ++i) {
    await page.evaluate((v) => window.downhill.show({ view: v }), ['weights', 'confusion', 'units', 'optimizer', 'predictions'][i % 5]!);
    await page.evaluate(() => window.downhill.start());
    await pause(2500);
  }
}
console.log(lab.faults.length ? lab.faults : 'no faults');
await lab.close();
await chromium.close();
site.close();
