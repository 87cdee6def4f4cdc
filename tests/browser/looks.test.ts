// How the Race looks: every view at five sizes, language and theme, against stored pictures. Each size has one sheet of
// small pictures in tests/browser/looks; DOWNHILL_BLESS=1 writes them anew. Loose enough for other fonts and rasterisers,
// tight enough that a panel out of place is seen. Numbers are compared exactly, elsewhere.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import type { Browser, Page } from 'puppeteer-core';
import { at_rest, browser, open_lab, screenshot, serve, settle, wait_for_images, wait_for_item, type LabOptions } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const views = ['none', 'samples', 'weights', 'confusion', 'predictions', 'units', 'optimizer', 'masks', 'draw', 'passes', 'sweep', 'differences'];
const labs: [string, string[]][] = [['activations', ['linear', 'chain', 'network']], ['dropout', ['boundary', 'curves', 'ensemble']]];
/** Other themes and densities change every view alike: a few of them are enough. */
const few = ['none', 'weights', 'units', 'differences'];
const sizes: [string, LabOptions][] = [
  ['wide-zh-light', { query: '?lang=zh&theme=light', width: 1280, height: 720 }],
  ['wide-zh-projector', { query: '?lang=zh&theme=projector', width: 1280, height: 720 }],
  ['large-en-dark', { query: '?lang=en&theme=dark', width: 1920, height: 1080, scale: 2 }],
  ['embed-zh-light', { query: '?lang=zh&theme=light', width: 800, height: 600 }],
  ['phone-zh-light', { query: '?lang=zh&theme=light', width: 390, height: 844, scale: 2 }],
];
/** A control that is there once the view has its answer. */
const there: Record<string, string> = { samples: '^sample', weights: '^weight', confusion: '^confusion\\.\\d', predictions: '^prediction\\.\\d', units: '^units\\.\\d', optimizer: '^optimizer\\.\\d', masks: '^masks\\.\\d', draw: '^pad$', passes: '^passes\\.0\\.x$', sweep: '^sweep', differences: '^differs' };
const kSmallWidth = 160, kDifferingMost = 0.05;

/** Averaged down to the given width. */
function shrunk(png: Buffer, width: number): PNG {
  const from = PNG.sync.read(png), scale = from.width / width, to = new PNG({ width, height: Math.round(from.height / scale) });
  for (let y = 0; y < to.height; ++y)
    for (let x = 0; x < width; ++x)
      for (let c = 0; c < 4; ++c) {
        let sum = 0, n = 0;
        for (let v = Math.floor(y * scale); v < Math.min(from.height, (y + 1) * scale); ++v)
          for (let u = Math.floor(x * scale); u < Math.min(from.width, (x + 1) * scale); ++u, ++n) sum += from.data[4 * (v * from.width + u) + c]!;
        to.data[4 * (y * width + x) + c] = c === 3 ? 255 : Math.round(sum / n / 16) * 16 * 0.99; // few tones: small files
      }
  return to;
}

/** Until a second and a half have passed in which no control's words or place changed, a minute at most. */
async function stands_still(page: Page): Promise<void> {
  let before: string | undefined;
  for (let i = 0; i < 40; ++i) {
    await settle(page);
    const now = await page.evaluate(() => JSON.stringify(window.downhill.items()));
    if (now === before) return;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

for (const [name, options] of sizes)
  test(`${name}: every view looks as it did`, async () => {
    const lab = await open_lab(chromium, site.origin, options);
    const { page } = lab;
    await wait_for_images(page);
    await page.evaluate(() => window.downhill.setState({ ...(window.downhill.getState() as any), network: { hidden: [{ units: 64, activation: 'relu', dropout: 0.2 }] }, data: { train: 2000, test: 1000, label_noise: 0.1 } }));
    await wait_for_images(page);
    await page.evaluate(() => window.downhill_internal.page.command('seek_examples', { examples: 4000 }));
    await at_rest(page);
    const pictures: PNG[] = [];
    const shown = /projector|large/.test(name) ? few : views;
    for (const view of shown) {
      await page.evaluate((v) => window.downhill.show({ view: v, lane: 8 }), view);
      if (there[view]) await wait_for_item(page, there[view]);
      await new Promise((resolve) => setTimeout(resolve, 900));
      await settle(page);
      pictures.push(shrunk(await screenshot(page, `${name}-${view}`), name.startsWith('phone') ? kSmallWidth / 2 : kSmallWidth));
      const outside = await page.evaluate(() => {
        const canvas = document.getElementById('canvas')!.getBoundingClientRect();
        return window.downhill.items().filter((i) => i.rectangle.x < -1 || i.rectangle.x + i.rectangle.width > canvas.width + 1).map((i) => i.id).filter((id) => !id.startsWith('differs'));
      });
      assert.deepEqual(outside, [], view);
    }
    const shown_labs = labs.map(([lab_name, tabs]) => [lab_name, shown === few ? tabs.slice(0, 2) : tabs] as const);
    for (const [lab_name, tabs] of shown_labs)
      for (const tab of tabs) {
        await page.evaluate((w) => window.downhill.show(w as any), { lab: lab_name, tab });
        await stands_still(page); // the toys train as soon as they are seen
        pictures.push(shrunk(await screenshot(page, `${name}-${lab_name}-${tab}`), name.startsWith('phone') ? kSmallWidth / 2 : kSmallWidth));
      }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'scrolls sideways');
    assert.deepEqual(lab.faults, []);
    await lab.close();

    const { width, height } = pictures[0]!, sheet = new PNG({ width, height: height * pictures.length });
    pictures.forEach((picture, i) => PNG.bitblt(picture, sheet, 0, 0, width, height, 0, i * height));
    const file = `tests/browser/looks/${name}.png`;
    if (process.env.DOWNHILL_BLESS) {
      mkdirSync('tests/browser/looks', { recursive: true });
      writeFileSync(file, PNG.sync.write(sheet));
      return;
    }
    assert.ok(existsSync(file), `${file} is missing: DOWNHILL_BLESS=1 makes it`);
    const stored = PNG.sync.read(readFileSync(file));
    assert.deepEqual([stored.width, stored.height], [sheet.width, sheet.height]);
    [...shown, ...shown_labs.flatMap(([lab_name, tabs]) => tabs.map((tab) => `${lab_name}-${tab}`))].forEach((view, i) => {
      const part = (png: PNG) => png.data.subarray(4 * width * height * i, 4 * width * height * (i + 1));
      const differing = pixelmatch(part(stored), part(sheet), undefined, width, height, { threshold: 0.15 }) / (width * height);
      assert.ok(differing < kDifferingMost, `${view}: ${(100 * differing).toFixed(1)} % of the picture differ; see build/screenshots/${name}-${view}.png`);
    });
  });
