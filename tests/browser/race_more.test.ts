// The Race on a regression, with lanes of different losses, and on other training examples.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { browser, change_language, command, item, open_lab, press, results, screenshot, script_of, serve, settle, type_into, wait_for_images, wait_for_item, wait_until_finished, type Lab, type LabOptions } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const show = (page: Page, what: object) => page.evaluate((w) => window.downhill.show(w as any), what);
const ids = (page: Page) => page.evaluate(() => window.downhill.items().map((i) => i.id));
const value = async (page: Page, id: string) => (await item(page, id))?.value ?? '';
const csv = async (page: Page, plot: string) => ((await command(page, 'csv', { plot })) as string).trim();
const native = (...rest: string[]) => execFileSync('build/native/downhill', rest, { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();
const file_of = (name: string, document: object) => {
  mkdirSync('build', { recursive: true });
  writeFileSync(`build/${name}.json`, JSON.stringify(document));
  return `build/${name}.json`;
};
const lab_test = (name: string, act: (page: Page, lab: Lab) => Promise<void>, options: LabOptions = {}) =>
  test(name, async () => {
    const lab = await open_lab(chromium, site.origin, options);
    await settle(lab.page);
    await act(lab.page, lab);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });
const open_document = async (page: Page, experiment: object) => {
  await command(page, 'setState', { experiment });
  await settle(page);
};

const sine = {
  downhill: 1, data: { source: 'sine', train: 60, test: 100, noise: 0.2 }, batch: 10, epochs: 20, seed: 3,
  lanes: [{ network: { hidden: [] } }, { network: { hidden: [{ units: 16, activation: 'tanh' }] }, optimizer: { name: 'adam', lr: 0.01 } }],
};

lab_test('a regression runs in the page to the command line’s hashes, without a word of accuracy', async (page) => {
  await open_document(page, sine);
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  const now = await results(page);
  const hashes = native('hash', file_of('race_sine', sine)).split('\n').map((line) => line.split('\t')[1]);
  assert.deepEqual(now.map((r) => r.hash), hashes);
  for (const r of now) {
    assert.equal(r.test_accuracy, null);
    assert.ok(r.test_loss! > 0);
  }
  const seen = await ids(page);
  for (const id of ['view.confusion', 'view.predictions', 'view.samples', 'view.boundary', 'view.draws', 'lanes.accuracy', 'field:/data/label_noise'])
    assert.ok(!seen.includes(id), id);
  assert.match((await csv(page, 'curves')).split('\n')[0]!, /train_loss,test_loss,gradient_norm/);
  // what the lanes give: a view of its own, with the numbers of its picture
  await show(page, { view: 'fitted' });
  await wait_for_item(page, 'fitted.lane.1');
  await page.waitForFunction(() => Number(window.downhill.items().find((i) => i.id === 'fitted.lane.1')?.value) > 0, { timeout: 20000 });
  assert.ok(Number(await value(page, 'fitted.lane.1')) < Number(await value(page, 'fitted.lane.0')));
  const lines = (await csv(page, 'view')).split('\n');
  assert.equal(lines[0], 'lane,x,given,target');
  assert.equal(lines.filter((line) => line === 'x,target').length, 1);
  assert.equal(lines.length, 2 + 2 * 240 + 60);
  for (const lane of [0, 1]) await press(page, `lane:${lane}:show`);
  await wait_for_item(page, '^fitted\\.none$');
  assert.equal(await page.evaluate(() => window.downhill.items().some((i) => i.id.startsWith('fitted.lane'))), false);
  await screenshot(page, 'race-regression-none');
  for (const lane of [0, 1]) await press(page, `lane:${lane}:show`);
  await wait_for_item(page, '^fitted\\.lane\\.1$');
  for (const language of ['zh', 'en']) {
    await screenshot(page, `race-regression-${language}`);
    if (language === 'zh') await change_language(page);
  }
  assert.doesNotMatch(await page.evaluate(() => window.downhill.items().map((i) => `${i.label} ${i.value}`).join('\n')), /nan|accuracy \(%\)/i);
  const script = await script_of(page, 1);
  assert.match(script, /nn\.MSELoss\(\)/);
});

lab_test('its settings: data chosen from the list, the losses that there are, back to images', async (page) => {
  await wait_for_images(page);
  await press(page, 'settings.more');
  const choose = async (id: string, label: RegExp) => {
    await press(page, id);
    await settle(page);
    const place = await page.evaluate((start, pattern) => window.downhill.items().find((i) => i.id.startsWith(start + '.') && new RegExp(pattern).test(i.label))?.id, id, label.source);
    assert.ok(place, `${id}: no ${label}`);
    await press(page, place);
    await settle(page);
  };
  await command(page, 'set_field', { id: 'field:/data/label_noise', value: 0.1 });
  await choose('select:data.source', /正弦/);
  const numbers = await state(page);
  assert.equal(numbers.data.source, 'sine');
  assert.equal(numbers.loss.name ?? numbers.loss, 'mse');
  assert.equal(numbers.data.label_noise ?? 0, 0);
  const losses = ((await command(page, 'field', { id: 'field:/loss' })) as any).choices.map((c: any) => c.id);
  assert.deepEqual(losses, ['mse', 'mae', 'huber']);
  assert.ok(!(await command(page, 'columns') as string[]).includes('test_accuracy'));
  await wait_for_item(page, 'data.fitted');
  await choose('select:data.source', /Fashion/);
  assert.equal((await state(page)).loss.name, 'cross_entropy');
  await page.waitForFunction(() => window.downhill.items().some((i) => i.id === 'lanes.accuracy'));
}, { height: 900 });

test('a regression opens by its link, on a phone and in a small window; another lab refuses it in a sentence', async () => {
  const lab = await open_lab(chromium, site.origin);
  await open_document(lab.page, sine);
  await lab.page.waitForFunction(() => /#x=/.test(location.hash));
  await new Promise((resolve) => setTimeout(resolve, 400));
  const hash = await lab.page.evaluate(() => location.hash);
  await lab.close();
  for (const [width, height] of [[390, 800], [800, 600]] as const) {
    const small = await open_lab(chromium, site.origin, { width, height, hash });
    assert.equal((await state(small.page)).data.source, 'sine');
    await small.page.evaluate(() => window.downhill.start());
    await wait_until_finished(small.page);
    await show(small.page, { view: 'fitted' });
    await wait_for_item(small.page, 'fitted');
    await screenshot(small.page, `race-regression-${width}`);
    assert.deepEqual(small.faults, []);
    await small.close();
  }
  const other = await open_lab(chromium, site.origin, { hash: '#activations' });
  const refused = await other.page.evaluate(async (experiment) => {
    try {
      await window.downhill.setState(experiment as any);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  }, sine);
  assert.match(refused, /回归/);
  await other.close();
});

lab_test('lanes of different losses are ranked by accuracy, and the loss’ axis says that they can’t be compared', async (page) => {
  await show(page, { metric: 'test_loss' });
  const documents = { downhill: 1, data: { train: 300, test: 200 }, epochs: 2, optimizer: { name: 'adam', lr: 0.001 }, lanes: [{}, { loss: 'mse' }, { loss: 'mae' }] };
  await open_document(page, documents);
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  assert.equal(await value(page, 'lanes.accuracy'), '排名依据');
  const rules = ((await command(page, 'explain')) as { rule: string }[]).map((e) => e.rule);
  assert.ok(rules.includes('losses'));
  await screenshot(page, 'race-losses-zh');
});

lab_test('a lane on other training examples: the command line’s numbers, one after the other, cancelled, beside another lane', async (page) => {
  const document = { downhill: 1, data: { train: 300, test: 500 }, epochs: 3, optimizer: { name: 'adam', lr: 0.002 }, lanes: [{ network: { hidden: [] } }, { network: { hidden: [{ units: 64, activation: 'relu' }] } }] };
  await open_document(page, document);
  await show(page, { view: 'draws', lane: 1 });
  await type_into(page, 'view.draws', '4');
  await press(page, 'draws.start0');
  await page.waitForFunction(() => window.downhill.items().some((i) => i.id === 'draws.start0') && window.downhill.items().some((i) => i.id === 'draws.0.3'), { timeout: 20000 });
  const rows = (await csv(page, 'view')).split('\n');
  const told = native('draws', file_of('race_draws', document), '--draws', '4', '--lane', '2').split('\n');
  assert.deepEqual(rows.slice(1, 5), told.slice(1, 5).map((line) => line.split(',').slice(1).join(',')));
  assert.equal(rows[6], told[6]!.split(',').slice(1).join(','));
  for (const language of ['zh', 'en']) {
    await page.waitForFunction(() => window.downhill.items().some((i) => i.id.startsWith('draws.image.0.')), { timeout: 20000 });
    await screenshot(page, `race-draws-${language}`);
    if (language === 'zh') await change_language(page);
  }
  // the other lane beside it
  await show(page, { other: 0 });
  await press(page, 'draws.start1');
  await page.waitForFunction(() => window.downhill.items().some((i) => i.id === 'draws.1.disagreement'), { timeout: 60000 });
  await settle(page);
  await screenshot(page, 'race-draws-two');
  // cancelled, what is trained stays
  assert.equal(await page.evaluate(() => window.downhill.items().some((i) => i.id.startsWith('draws.download'))), false);
  await type_into(page, 'view.draws', '20');
  assert.match(await value(page, 'draws.download0'), /\d\.\d MB/, 'what will be fetched is said beforehand');
  await screenshot(page, 'race-draws-download');
  for (const beyond of ['1', '21']) await assert.rejects(command(page, 'typed', { id: 'view.draws', text: beyond }), /20/);
  await press(page, 'draws.start0');
  await wait_for_item(page, 'draws.cancel0');
  await press(page, 'draws.cancel0');
  await wait_for_item(page, 'draws.start0');
  assert.equal((await results(page)).length, 2);
}, { height: 900 });
