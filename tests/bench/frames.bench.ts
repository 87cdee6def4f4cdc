// The page's own time for a frame while nine lanes train, view by view with two lanes side by side; then, for a number of
// minutes, whether memory stays where it is while races run again and again.
//   frames.bench [MINUTES] [SITE…]     other builds' dist/site are measured beside this one's, and are what it is compared with
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { browser, open_lab, serve, wait_for_images } from '../browser/lab';

const given = process.argv.slice(2), is_number = (word: string) => /^\d+$/.test(word);
const minutes = Number(given.find(is_number) ?? 0), roots = ['dist/site', ...given.filter((word) => !is_number(word))];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const number = (value: number) => value.toFixed(2).padStart(6);
const quantile = (list: number[], q: number) => list.sort((x, y) => x - y)[Math.floor(q * (list.length - 1))] ?? NaN;
const views = ['none', 'samples', 'weights', 'confusion', 'predictions', 'units', 'optimizer', 'masks', 'draw', 'sweep', 'differences'];

/** A site's page in a browser of its own, before a race that doesn't end. */
async function open(root: string) {
  const site = await serve((file) => (existsSync(join(root, file)) ? readFileSync(join(root, file)) : null), readdirSync(root));
  const chromium = await browser([], true);
  const lab = await open_lab(chromium, site.origin, { drawn: true, query: `?lang=zh&theme=light&workers=${process.env.WORKERS ?? 2}` });
  await wait_for_images(lab.page);
  await lab.page.evaluate(() => window.downhill.setState({ ...(window.downhill.getState() as any), epochs: 10000, network: { hidden: [{ units: 128, activation: 'relu', dropout: 0.2 }] } }));
  await wait_for_images(lab.page);
  return { ...lab, close: async () => { await chromium.close(); site.close(); } };
}
type Tab = Awaited<ReturnType<typeof open>>;
interface Measured { frames: number; thread_ms: [number, number]; clock_ms: [number, number] }

// The thread's own time is asked of Chromium's tracing: a clock in the page goes on while trainers and software graphics hold the cores.
async function measure({ page }: Tab, view: string): Promise<Measured> {
  // from the beginning of the race: a page that has trained for longer has longer curves to draw
  await page.evaluate((v) => { window.downhill.reset(); window.downhill.show({ view: v, lane: 8, other: 5 }); window.downhill.start(); }, view);
  await pause(600);
  await page.evaluate(() => window.downhill_internal.page.command('stats_anew'));
  await page.tracing.start({ categories: ['devtools.timeline'] });
  await pause(6000);
  const trace = JSON.parse(new TextDecoder().decode(await page.tracing.stop())) as { traceEvents: { name: string; tdur?: number }[] };
  const { frames = 0, app_ms_50 = NaN, app_ms_99 = NaN } = await page.evaluate(() => (window.downhill.pause(), window.downhill.stats()));
  // most callbacks find nothing to draw yet: those that drew are the longest
  const drawn = trace.traceEvents.filter((e) => e.name === 'FireAnimationFrame').map((e) => (e.tdur ?? NaN) / 1000).sort((x, y) => y - x).slice(0, frames);
  return { frames, thread_ms: [quantile(drawn, 0.5), quantile(drawn, 0.99)], clock_ms: [app_ms_50, app_ms_99] };
}

// Side by side they are measured in turn, to and fro, in new browsers at each turn, and the middle of the turns' ratios counts:
// machines change their speed from one half minute to the next, and one browser is faster than another for as long as it is open.
const turns = roots.length > 1 ? 5 : 1;
const measured: Measured[][][] = roots.map(() => views.map(() => [])); // by site, view and turn
let tabs: Tab[] = [];
const faults: string[] = [];
const close = async () => {
  faults.push(...tabs.flatMap((tab) => tab.faults));
  for (const tab of tabs) await tab.close();
};
for (let turn = 0; turn < turns; ++turn) {
  await close();
  tabs = await Promise.all(roots.map(open));
  for (const [v, view] of views.entries())
    for (const i of (turn + v) % 2 ? [...tabs.keys()].reverse() : tabs.keys()) measured[i]![v]!.push(await measure(tabs[i]!, view));
}
console.log('view            frames  thread ms: median   99 %   by the clock, without driver: median   99 %');
for (const [v, view] of views.entries())
  for (const [i, root] of roots.entries()) {
    const here = measured[i]![v]!, middle = (get: (m: Measured) => number) => number(quantile(here.map(get), 0.5));
    const ratios = here.map((m, turn) => measured[0]![v]![turn]!.thread_ms[0] / m.thread_ms[0]);
    console.log(`${view.padEnd(14)} ${String(here.reduce((sum, m) => sum + m.frames, 0)).padStart(6)}             ${middle((m) => m.thread_ms[0])} ${middle((m) => m.thread_ms[1])}                                  ${middle((m) => m.clock_ms[0])} ${middle((m) => m.clock_ms[1])}`
      + (i > 0 ? `   ${root}; this one’s in terms of it: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}, middle ${quantile(ratios, 0.5).toFixed(2)}` : ''));
  }
const { page } = tabs[0]!; // this build's, from here on
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
await close();
console.log(faults.length ? faults : 'no faults');
