// How long the Race's view "from above" takes: node build/tests/bench/plane.bench.mjs (after node tests/build_tests.mjs; needs dist/site).
// 784-128-10, nine lanes, 1,000 examples: until the first picture, until the whole one, training beside it, frames of both pictures.
import { browser, open_lab, press, serve, settle } from '../browser/lab';

const site = await serve(), chromium = await browser();
const { page, close } = await open_lab(chromium, site.origin, { drawn: true });
type Row = { step: number; status: string };
const rules = ['sgd', 'momentum', 'nesterov', 'adagrad', 'rmsprop', 'adadelta', 'adam', 'adamw', 'sgd'];
const experiment = { downhill: 1, data: { train: 2000, test: 1000 }, batch: 50, epochs: 200, network: { hidden: [{ units: 128 }] }, lanes: rules.map((name, i) => ({ label: `${name} ${i}`, optimizer: { name, lr: name.startsWith('ada') ? 0.002 : 0.01 } })) };
await page.evaluate((state) => { window.downhill.setState(state as never); window.downhill.seek(200); }, experiment);
await page.waitForFunction(() => (window.downhill.results() as unknown as Row[]).every((r) => r.step === 200), { timeout: 120000 });
// the page's own clock; a picture is there when the view's CSV is
const watch = () => page.evaluate(() => new Promise<{ first: number; whole: number }>((done) => {
  const began = performance.now();
  let first = 0;
  window.downhill.show({ view: 'above' } as never);
  const look = () => {
    const items = window.downhill.items(), there = performance.now() - began > 60 && items.some((i) => i.id === 'above.picture'); // not what was on the screen before
    if (there && !first) first = performance.now() - began;
    if (there && !items.some((i) => i.id === 'above.progress' || i.id === 'above.again')) return done({ first, whole: performance.now() - began });
    setTimeout(look, 20);
  };
  look();
}));
await new Promise((r) => setTimeout(r, 1500)); // lanes at rest are measured, and told
console.log('9 lanes, 784-128-10, 1,000 examples:', await watch());
// and of three of them
await page.evaluate((state) => { window.downhill.show({ view: 'none' } as never); window.downhill.setState({ ...state, lanes: state.lanes.slice(0, 3) } as never); window.downhill.seek(200); }, experiment);
await page.waitForFunction(() => (window.downhill.results() as unknown as Row[]).length === 3 && (window.downhill.results() as unknown as Row[]).every((r) => r.step === 200), { timeout: 120000 });
await new Promise((r) => setTimeout(r, 1500));
console.log('3 lanes:', await watch());
await page.evaluate((state) => { window.downhill.setState(state as never); window.downhill.seek(200); }, experiment);
await page.waitForFunction(() => (window.downhill.results() as unknown as Row[]).length === 9 && (window.downhill.results() as unknown as Row[]).every((r) => r.step === 200), { timeout: 120000 });
await press(page, 'views.whole');
await settle(page);
const frames = async (what: string) => {
  await page.evaluate(async () => {
    window.downhill_internal.page.command('stats_anew');
    for (let i = 0; i < 60; ++i) {
      window.downhill.show({ lane: i % 9 } as never);
      await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
    }
  });
  const { frames: count = 0, app_ms_50 = NaN, app_ms_99 = NaN } = await page.evaluate(() => window.downhill.stats());
  console.log(what, `${count} frames, the app's part: median ${app_ms_50.toFixed(1)} ms, 99 % ${app_ms_99.toFixed(1)} ms`);
};
await frames('contours');
await press(page, 'above.view.1');
await settle(page);
await frames('relief');
// the Surface: its relief and its map of many walks
await page.evaluate(() => window.downhill.show({ lab: 'surface', picture: 'relief' } as never));
await settle(page);
await frames('the Surface, relief');
await page.evaluate(() => window.downhill.show({ lab: 'surface', picture: 'contours', map: 'starts' } as never));
const map_ms = await page.evaluate(() => new Promise<number>((done) => {
  const began = performance.now();
  window.downhill.show({ map: 'rates' } as never);
  let seen = false;
  const look = () => {
    const cells = window.downhill.items().find((i) => i.id === 'surface.cells');
    if (cells?.value) seen = true; // its progress
    if (cells && !cells.value && (seen || performance.now() - began > 300)) return done(performance.now() - began);
    setTimeout(look, 10);
  };
  look();
}));
console.log('the Surface, 96 x 96 rates of a turned bowl, 60 steps, ms until whole:', map_ms.toFixed(0));
await page.evaluate(() => window.downhill.show({ lab: 'race' } as never));
await settle(page);
// training alone and beside planes that are asked for again and again
const rate = async (beside: boolean) => page.evaluate(async (b) => {
  const steps = () => (window.downhill.results() as unknown as Row[]).reduce((sum, r) => sum + r.step, 0);
  window.downhill.reset();
  window.downhill.show({ view: b ? 'above' : 'none' } as never);
  window.downhill.start();
  await new Promise((r) => setTimeout(r, 1500));
  const from = steps(), began = performance.now();
  let pictures = 0;
  while (performance.now() - began < 8000) {
    await new Promise((r) => setTimeout(r, 100));
    const again = b && window.downhill.items().find((i) => i.id === 'above.again');
    if (again) ++pictures, window.downhill_internal.page.command('activate', { id: 'above.again' });
  }
  window.downhill.pause();
  return { steps_s: (steps() - from) / ((performance.now() - began) / 1000), pictures };
}, beside);
const beside = await rate(true), alone = await rate(false);
console.log('steps a second alone', alone.steps_s.toFixed(0), 'beside planes', beside.steps_s.toFixed(0), `(${beside.pictures} asked)`, 'ratio', (beside.steps_s / alone.steps_s).toFixed(2));
await close();
await chromium.close();
site.close();
