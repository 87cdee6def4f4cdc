// The page's own time for a frame while nine lanes train, view by view with two lanes side by side; and, with a number
// of minutes as argument, whether memory stays where it is while races run again and again.
import { browser, open_lab, serve, wait_for_images } from '../browser/lab';

const minutes = Number(process.argv[2] ?? 0);
const site = await serve();
const chromium = await browser([], true);
const lab = await open_lab(chromium, site.origin, { drawn: true, query: `?lang=zh&theme=light&workers=${process.env.WORKERS ?? 2}` });
const { page } = lab;
await wait_for_images(page);
await page.evaluate(() => window.downhill.setState({ ...(window.downhill.getState() as any), epochs: 10000, network: { hidden: [{ units: 128, activation: 'relu', dropout: 0.2 }] } }));
await wait_for_images(page);
await page.evaluate(() => window.downhill.start());
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const number = (value: number | undefined) => (value ?? 0).toFixed(1).padStart(6);
const views = ['none', 'samples', 'weights', 'confusion', 'predictions', 'units', 'optimizer', 'masks', 'draw', 'sweep', 'differences'];
const quantile = (list: number[], q: number) => list.sort((x, y) => x - y)[Math.floor(q * (list.length - 1))];
// The thread's own time is asked of Chromium's tracing: a clock in the page goes on while trainers and software graphics hold the cores.
console.log('view            frames  thread ms: median   99 %   by the clock, without driver: median   99 %');
for (const view of views) {
  await page.evaluate((v) => window.downhill.show({ view: v, lane: 8, other: 5 }), view);
  await pause(600);
  await page.evaluate(() => window.downhill_internal.page.command('stats_anew'));
  await page.tracing.start({ categories: ['devtools.timeline'] });
  await pause(6000);
  const trace = JSON.parse(new TextDecoder().decode(await page.tracing.stop())) as { traceEvents: { name: string; tdur?: number }[] };
  const thread_ms = trace.traceEvents.filter((e) => e.name === 'FireAnimationFrame').map((e) => (e.tdur ?? NaN) / 1000);
  const s = await page.evaluate(() => window.downhill.stats());
  console.log(`${view.padEnd(14)} ${String(s.frames).padStart(6)}             ${number(quantile(thread_ms, 0.5))} ${number(quantile(thread_ms, 0.99))}                                  ${number(s.app_ms_50)} ${number(s.app_ms_99)}`);
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
