// Pictures of the lab in many states, for looking at: node build/tests/bench/shots.bench.mjs [filter]; they go to build/shots.
import { mkdirSync, writeFileSync } from 'node:fs';
import { browser, open_lab, serve, settle, wait_for_images, wait_until_finished } from '../browser/lab';

const filter = new RegExp(process.argv[2] ?? '.');
const views = ['samples', 'weights', 'confusion', 'predictions', 'units', 'optimizer', 'masks', 'draw', 'sweep', 'differences'];
const sizes: [string, object][] = [
  ['wide-zh-light', { query: '?lang=zh&theme=light', width: 1280, height: 720 }],
  ['wide-zh-projector', { query: '?lang=zh&theme=projector', width: 1280, height: 720 }],
  ['large-en-dark', { query: '?lang=en&theme=dark', width: 1920, height: 1080, scale: 2 }],
  ['frame-zh-light', { query: '?lang=zh&theme=light', width: 800, height: 600 }],
  ['phone-zh-light', { query: '?lang=zh&theme=light', width: 390, height: 844, scale: 2 }],
];
mkdirSync('build/shots', { recursive: true });
const site = await serve();
const chromium = await browser();
for (const [name, options] of sizes) {
  const wanted = views.filter((view) => filter.test(`${name}-${view}`));
  if (!wanted.length && !filter.test(`${name}-start`)) continue;
  const lab = await open_lab(chromium, site.origin, options);
  const { page } = lab;
  await wait_for_images(page);
  const shot = async (what: string) => { await settle(page); await new Promise((r) => setTimeout(r, 700)); await settle(page); writeFileSync(`build/shots/${name}-${what}.png`, await page.screenshot()); };
  if (filter.test(`${name}-start`)) await shot('start');
  if (wanted.length) {
    await page.evaluate(() => window.downhill.setState({ ...(window.downhill.getState() as any), epochs: 3, network: { hidden: [{ units: 128, activation: 'relu', dropout: 0.2 }] }, data: { train: 2000, test: 1000, label_noise: 0.1 } }));
    await page.evaluate(() => window.downhill.start());
    await wait_until_finished(page);
    await page.evaluate(() => window.downhill.step(-1));
    await new Promise((r) => setTimeout(r, 800));
    for (const view of wanted) {
      await page.evaluate((v) => window.downhill.show({ view: v, lane: 8 }), view);
      if (view === 'sweep') {
        await page.evaluate(() => window.downhill_internal.page.command('activate', { id: 'sweep.start' }));
        await page.evaluate(() => window.downhill_internal.page.command('activate', { id: 'sweep.start' }));
        await settle(page);
        await new Promise((r) => setTimeout(r, 2500));
      }
      await shot(view);
    }
  }
  if (lab.faults.length) console.log(name, lab.faults);
  await lab.close();
}
await chromium.close();
site.close();
