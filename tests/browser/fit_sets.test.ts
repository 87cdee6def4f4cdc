// Bias and variance as a student meets them: many training sets fitted by all workers, in the lab Fit.
import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { command, drag, focus_item, item, press, screenshot, settle, type_into } from './lab';
import { tests_of } from './one_lab';

const { lab_test, native } = tests_of('fit', 'fit_sets');

interface Standing { status: string; step: number | null; bias2: number | null; variance: number | null; noise2: number | null; error: number | null; hash?: string; curve: number[][] }
const standing = (page: Page) => page.evaluate(() => (window.downhill.results() as unknown as Standing[])[0]!);
const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const value = async (page: Page, id: string) => String((await item(page, id))?.value ?? '');
const csv = async (page: Page, plot: string) => ((await command(page, 'csv', { plot })) as string).trim();
const open_document = async (page: Page, fields: object) => {
  await command(page, 'setState', { experiment: { downhill: 1, lab: 'fit', part: 'sets', ...fields } });
  await settle(page);
};
const ended = async (page: Page) => {
  await page.waitForFunction(() => (window.downhill.results() as unknown as Standing[])[0]!.status === 'finished', { timeout: 120000, polling: 50 });
  await settle(page);
};
/** Until the other capacities and the four for comparison are there, too. */
const all_known = async (page: Page) => {
  await page.waitForFunction(() => ['fit.sets.least', 'fit.target.3'].every((id) => window.downhill.items().some((i) => i.id === id)) ||
    (window.downhill_internal.page.command('csv', { plot: 'curves' }) as string).trim().split('\n').length === 16, { timeout: 60000, polling: 100 });
  await settle(page);
};
const noisy = { points: 20, noise: 0.3, sets: 50, model: { name: 'polynomial', degree: 9 } };
const network = { points: 50, noise: 0.3, sets: 12, model: { name: 'network', hidden: [{ units: 16, activation: 'tanh' }], epochs: 1500 } };

lab_test('fifty fits: the numbers are those of the command line, the sum adds up, the least is told, the darts are there', async (page) => {
  await open_document(page, noisy);
  assert.equal((await standing(page)).status, 'ready');
  assert.equal(await item(page, 'fit.sets.average'), null, 'nothing is told before the run');
  await screenshot(page, 'fit-sets-ready');
  await press(page, 'fit.start');
  await ended(page);
  await all_known(page);
  const text = native('fit', await state(page)), last = text.split('\n').at(-1)!.split(',');
  assert.equal(await csv(page, 'view'), text);
  const now = await standing(page);
  assert.equal(now.hash, native('hash', await state(page)).split('\t').at(-1));
  assert.equal(String(now.bias2), last[3]);
  assert.equal(String(now.variance), last[4]);
  assert.ok(Math.abs(now.bias2! + now.variance! - now.error!) < 1e-12 * now.error!);
  const words = await value(page, 'fit.sets.average'), numbers = [...words.matchAll(/\d\.\d+/g)].map((m) => Number(m[0]));
  assert.equal(numbers.length, 5, words);
  assert.equal(numbers[0], 0.09);
  assert.ok(Math.abs(numbers[1]! - now.bias2!) < 5.1e-5 && Math.abs(numbers[2]! - now.variance!) < 5.1e-5, words);
  if (words.includes('=')) assert.ok(Math.abs(numbers[0]! + numbers[1]! + numbers[2]! - numbers[3]!) < 1e-9, words);
  assert.equal(numbers[3], numbers[4], 'measured by itself: ' + words);
  const curves = (await csv(page, 'curves')).split('\n');
  assert.equal(curves.length, 16);
  const degree = curves.slice(1).map((line) => line.split(',').map(Number)).map((c) => ({ capacity: c[0]!, sum: c[5]! + c[6]! })).sort((a, b) => a.sum - b.sum)[0]!.capacity;
  assert.match(await value(page, 'fit.sets.least'), new RegExp(`^${degree} `));
  assert.match(await value(page, 'fit.target'), /\d/);
  await screenshot(page, 'fit-sets');
});

lab_test('whatever the workers: one gives the same numbers as two', async (page) => {
  assert.equal(await page.evaluate(() => window.downhill_internal.page.pool.count), 1);
  await open_document(page, noisy);
  await press(page, 'fit.start');
  await ended(page);
  assert.equal(await csv(page, 'view'), native('fit', await state(page)));
}, { query: '?lang=zh&theme=light&workers=1' });

lab_test('networks: first curves soon, a killed worker is made good, numbers as on the command line; cancelled, and on again', async (page) => {
  await open_document(page, network);
  await press(page, 'fit.start');
  await page.waitForFunction(() => ((window.downhill.results() as unknown as Standing[])[0]!.step ?? 0) >= 2, { timeout: 60000, polling: 20 });
  await page.evaluate(() => window.downhill_internal.page.pool.kill(0));
  await ended(page);
  assert.equal((await standing(page)).step, 12);
  assert.equal(await csv(page, 'view'), native('fit', await state(page)));
  await screenshot(page, 'fit-sets-network');
  await press(page, 'fit.reset');
  assert.equal((await standing(page)).status, 'ready');
  await open_document(page, { ...network, sets: 60 }); // long enough to be stopped on the way
  await press(page, 'fit.start');
  await page.waitForFunction(() => ((window.downhill.results() as unknown as Standing[])[0]!.step ?? 0) >= 1, { timeout: 60000, polling: 20 });
  await press(page, 'fit.pause');
  const paused = await standing(page);
  assert.equal(paused.status, 'paused');
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal((await standing(page)).step, paused.step);
  await press(page, 'fit.start');
  await ended(page);
  assert.equal(await csv(page, 'view'), native('fit', await state(page)));
});

lab_test('another setting is fitted again at once; more sets keep what is there; undo', async (page) => {
  await open_document(page, noisy);
  await press(page, 'fit.start');
  await ended(page);
  const nine = await csv(page, 'view');
  await type_into(page, 'field:/model/degree', '3');
  await ended(page);
  const three = await csv(page, 'view');
  assert.notEqual(three, nine);
  assert.equal(three, native('fit', await state(page)));
  await page.evaluate(() => window.downhill.undo());
  await settle(page);
  await ended(page);
  assert.equal(await csv(page, 'view'), nine);
  await type_into(page, 'field:/sets', '80');
  await ended(page);
  assert.equal((await standing(page)).step, 80);
  assert.equal(await csv(page, 'view'), native('fit', await state(page)));
});

lab_test('x is dragged on the picture, moved by keys and typed; the words follow; which set is shown goes into the link', async (page) => {
  await open_document(page, noisy);
  await press(page, 'fit.start');
  await ended(page);
  const before = await value(page, 'fit.sets.here'), place = (await state(page)).place;
  await drag(page, 'fit.picture', [0.5, 0.6], [0.8, 0.6]);
  const dragged = (await state(page)).place;
  assert.ok(dragged > 1.5, String(dragged));
  assert.notEqual(await value(page, 'fit.sets.here'), before);
  await page.evaluate(() => window.downhill.undo());
  await settle(page);
  assert.equal((await state(page)).place, place, 'a drag is one step of undo');
  await focus_item(page, 'field:/place.slider');
  await page.keyboard.press('ArrowRight');
  await settle(page);
  assert.ok((await state(page)).place > 0);
  await type_into(page, 'field:/place', '-2.5');
  const rows = native('fit', await state(page)).split('\n').map((line) => line.split(','));
  const row = rows.find((r) => Math.abs(Number(r[0]) + 2.5) < 1e-9)!, words = await value(page, 'fit.sets.here');
  assert.ok(words.includes('-2.5') || words.includes('−2.5'), words);
  const numbers = [...words.replace(/x = \S+/, '').matchAll(/\d\.\d+/g)].map((m) => Number(m[0]));
  assert.ok(Math.abs(numbers[1]! - Number(row[3])) < 5.1e-5 && Math.abs(numbers[2]! - Number(row[4])) < 5.1e-5, words);
  await type_into(page, 'fit.set', '7');
  assert.equal((await command(page, 'shown') as any).set ?? 7, 7);
  await screenshot(page, 'fit-sets-place');
});

lab_test('few fits that make most of the variance are named', async (page) => {
  await open_document(page, { points: 50, x: 'random', noise: 0.1, sets: 50, model: { name: 'polynomial', degree: 9 } });
  await press(page, 'fit.start');
  await ended(page);
  const fits = native('fit', await state(page));
  assert.equal(await csv(page, 'view'), fits);
  const few = await value(page, 'fit.sets.few');
  console.log(few || 'no few fits make most of the variance');
  await screenshot(page, 'fit-sets-random');
});

for (const [name, size] of [['800', { width: 800, height: 600 }], ['phone', { width: 390, height: 800, touch: true }]] as const)
  lab_test(`there is room at ${name}`, async (page) => {
    await open_document(page, noisy);
    await press(page, 'fit.start');
    await ended(page);
    await all_known(page);
    await screenshot(page, `fit-sets-${name}`);
    await page.evaluate(() => window.downhill_internal.page.set_language('en'));
    await settle(page);
    await screenshot(page, `fit-sets-${name}-en`);
  }, size);

lab_test('in English', async (page) => {
  await open_document(page, noisy);
  await press(page, 'fit.start');
  await ended(page);
  await all_known(page);
  await screenshot(page, 'fit-sets-en');
}, { query: '?lang=en&theme=dark' });

lab_test('two hundred networks of 64 units on 50 points: how long it takes', async (page) => {
  await open_document(page, { points: 50, noise: 0.3, sets: 200, model: { name: 'network', hidden: [{ units: 64, activation: 'tanh' }] } });
  const start = Date.now();
  await command(page, 'start');
  await page.waitForFunction(() => ((window.downhill.results() as unknown as Standing[])[0]!.step ?? 0) >= 1, { timeout: 60000, polling: 10 });
  const first = Date.now() - start;
  await ended(page);
  console.log(`first curves after ${first} ms, all after ${Date.now() - start} ms on ${await page.evaluate(() => window.downhill_internal.page.pool.count)} workers`);
  assert.equal((await standing(page)).step, 200);
  assert.equal((await standing(page)).hash, native('hash', await state(page)).split('\t').at(-1));
  assert.equal(await csv(page, 'view'), native('fit', await state(page)));
});
