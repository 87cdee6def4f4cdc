// The lab Fit as a student meets it: approximating, capacity, the four cases. Bias and variance: fit_sets.test.ts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Page } from 'puppeteer-core';
import { box_of, command, drag, focus_item, item, press, screenshot, settle, type_into, wait_for_item } from './lab';
import { tests_of } from './one_lab';

const { lab_test, native, opened } = tests_of('fit');

interface Standing { status: string; step: number | null; deviation: number | null; train_error: number | null; expected_error: number | null; curve: number[][] }
const standing = (page: Page) => page.evaluate(() => (window.downhill.results() as unknown as Standing[])[0]!);
const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const undo = async (page: Page) => { await page.evaluate(() => window.downhill.undo()); await settle(page); };
const value = async (page: Page, id: string) => String((await item(page, id))?.value ?? '');
const csv = async (page: Page, plot = 'curves') => ((await command(page, 'csv', { plot })) as string).trim();
const open_document = async (page: Page, fields: object) => {
  await command(page, 'setState', { experiment: { downhill: 1, lab: 'fit', ...fields } });
  await settle(page);
};
const ended = (page: Page) => page.waitForFunction(() => (window.downhill.results() as unknown as Standing[])[0]!.status === 'finished', { timeout: 60000, polling: 100 });
const key = async (page: Page, id: string, name: 'ArrowRight' | 'ArrowLeft') => {
  await focus_item(page, id);
  await page.keyboard.press(name);
  await settle(page);
};
const speak = async (page: Page, language: string) => { await page.evaluate((wanted) => window.downhill_internal.page.set_language(wanted), language); await settle(page); };
const waves = { part: 'approximate', target: { name: 'waves' }, goal: 0.1 };
const noisy = { part: 'capacity', points: 20, noise: 0.3, model: { name: 'polynomial', degree: 9 } };

lab_test('towers are added, dragged, moved by keys; the deviation is that of the command line; the goal is reached', async (page) => {
  await open_document(page, waves);
  const bare = (await standing(page)).deviation!;
  for (let i = 0; i < 5; ++i) await press(page, 'fit.add_tower');
  const five = await state(page);
  assert.equal(five.towers.length, 5);
  assert.notEqual((await standing(page)).deviation, bare);
  // the top of the last one is dragged up
  const top = five.towers[4], picture = await box_of(page, 'fit.picture');
  assert.ok(picture.width > 300 && picture.height > 200);
  await key(page, 'fit.tower.height.slider', 'ArrowRight');
  assert.ok((await state(page)).towers[4][2] > top[2]);
  await undo(page);
  assert.deepEqual((await state(page)).towers, five.towers);
  await key(page, 'fit.tower.left.slider', 'ArrowRight');
  assert.ok((await state(page)).towers[4][0] > top[0]);
  await undo(page);
  await type_into(page, 'fit.tower', '2');
  await type_into(page, 'fit.tower.height', '0.37');
  assert.equal((await state(page)).towers[1][2], 0.37);
  await press(page, 'fit.spread');
  const spread = await state(page);
  assert.equal(spread.towers.length, 5);
  assert.ok((await standing(page)).deviation! < 0.1);
  assert.match(await value(page, 'fit.goal'), /0\.1/);
  assert.match(native('fit', spread), new RegExp(`^deviation,,${String((await standing(page)).deviation)},`, 'm'));
  await screenshot(page, 'fit-towers');
  await press(page, 'fit.remove_tower');
  assert.equal((await state(page)).towers.length, 4);
  assert.equal((await csv(page)).split('\n').length, 6);
});

lab_test('a tower’s edge and top are dragged in the picture, each one step of undo', async (page) => {
  await open_document(page, { ...waves, towers: [[0.3, 0.6, 0.5]] });
  const before = await state(page);
  // the picture spans −0.2 to 1.2; its y axis is read from the handles: half the tower's height is where its edges are held
  const x = (at: number) => (at + 0.2) / 1.4;
  for (let y = 0.5; y < 0.95; y += 0.02) { // the height of the handles, by trying
    await drag(page, 'fit.picture', [x(0.6), y], [x(0.7), y]);
    if (JSON.stringify((await state(page)).towers) !== JSON.stringify(before.towers)) break;
  }
  const wider = await state(page);
  assert.deepEqual(wider.towers[0].slice(0, 1), [0.3]);
  assert.ok(Math.abs(wider.towers[0][1] - 0.7) < 0.015, JSON.stringify(wider.towers));
  await undo(page);
  assert.deepEqual(await state(page), before);
});

lab_test('the target is chosen, typed, refused with a sentence, and drawn by hand and by keys', async (page) => {
  await open_document(page, { part: 'approximate' });
  await press(page, 'field:/target/name');
  await press(page, 'field:/target/name.6');
  assert.equal((await state(page)).target.name, 'formula');
  await type_into(page, 'fit.formula', 'sin(3*x)');
  assert.equal((await state(page)).target.formula, 'sin(3*x)');
  const typed = await state(page);
  await assert.rejects(command(page, 'typed', { id: 'fit.formula', text: 'x*y' }));
  assert.deepEqual(await state(page), typed);
  await press(page, 'field:/target/name');
  await press(page, 'field:/target/name.7');
  const drawn = await state(page);
  assert.equal(drawn.target.name, 'drawn');
  await drag(page, 'fit.picture', [0.3, 0.3], [0.6, 0.7]);
  const stroked = await state(page);
  assert.notDeepEqual(stroked.target.values, drawn.target.values);
  await screenshot(page, 'fit-drawn');
  await undo(page);
  assert.deepEqual(await state(page), drawn, 'a stroke is one step of undo');
  await key(page, 'fit.drawn.place.slider', 'ArrowRight');
  await key(page, 'fit.drawn.height.slider', 'ArrowRight');
  assert.notDeepEqual((await state(page)).target.values, drawn.target.values);
});

lab_test('a network is trained on the target: units add up to it, it stops when it is left, widths are compared', async (page) => {
  await open_document(page, { part: 'approximate', noise: 0, points: 100, model: { name: 'network', hidden: [{ units: 8, activation: 'tanh' }], epochs: 300 } });
  await press(page, 'fit.by.1');
  assert.equal((await standing(page)).status, 'ready');
  await press(page, 'fit.start');
  await ended(page);
  await settle(page);
  const now = await standing(page);
  assert.equal(now.step, 300);
  assert.ok(now.expected_error! < now.curve[0]![2]! / 2, JSON.stringify(now.curve[0]));
  const [, , sum, bias, whole] = (await value(page, 'fit.sum')).match(/-?−?[\d.]+(?:e[−-]\d+)?/g)!.map((text) => Number(text.replace('−', '-')));
  assert.ok(Math.abs(sum! + bias! - whole!) < 2e-4, await value(page, 'fit.sum'));
  await screenshot(page, 'fit-network');
  assert.equal((await csv(page)).split('\n')[0], 'epoch,train,expected');
  assert.equal((await csv(page, 'view')).split('\n')[0], 'x,f,model');
  // the page's numbers are the command line's
  const theirs = native('fit', await state(page)).split('\n').at(-1)!.split(',');
  assert.equal(theirs[0], 'deviation');
  assert.equal(Number(theirs[3]), now.deviation);
  await press(page, 'fit.widths');
  await page.waitForFunction(() => ((window.downhill_internal.page.command('csv', { plot: 'curves' }) as string).match(/^(1|2|4|8|16|32|64|128|256),/gm) ?? []).length >= 9, { timeout: 120000, polling: 200 });
  await settle(page);
  await screenshot(page, 'fit-widths');
  await press(page, 'fit.start');
  await page.evaluate((what) => window.downhill.show(what), { lab: 'race' });
  await settle(page);
  await page.evaluate((what) => window.downhill.show(what), { lab: 'fit' });
  await settle(page);
  assert.equal(((await command(page, 'transport')) as { running: boolean }).running, false);
});

lab_test('under, just, over: errors over degrees, the verdict, a remedy before and after; own points', async (page) => {
  await open_document(page, noisy);
  assert.equal((await standing(page)).expected_error, null, 'not before it was asked for');
  await screenshot(page, 'fit-capacity-before');
  await press(page, 'fit.start');
  const now = await standing(page);
  assert.equal(now.curve.length, 15);
  assert.equal(now.expected_error, now.curve[9]![2]);
  const best = now.curve.reduce((least, row) => (row[2]! < least[2]! ? row : least));
  const words = JSON.parse(readFileSync('assets/strings/zh.json', 'utf8')) as Record<string, string>;
  assert.ok((await value(page, 'fit.verdict')).startsWith(words['fit.is_over']!.split('：')[0]!), await value(page, 'fit.verdict'));
  await screenshot(page, 'fit-capacity');
  await press(page, 'fit.remedy.capacity');
  assert.equal((await state(page)).model.degree, best[0]);
  assert.ok((await standing(page)).expected_error! < now.expected_error!);
  assert.match(await value(page, 'fit.effect'), /→/);
  assert.ok((await value(page, 'fit.verdict')).startsWith(words['fit.is_just']!.split('：')[0]!));
  await screenshot(page, 'fit-remedy');
  await undo(page);
  assert.equal(await item(page, 'fit.effect'), null);
  await press(page, 'fit.remedy.data');
  assert.equal((await state(page)).points, 80);
  assert.ok((await standing(page)).expected_error! < now.expected_error!);
  await undo(page);
  await key(page, 'field:/model/degree.slider', 'ArrowLeft');
  assert.equal((await state(page)).model.degree, 8);
  await undo(page);
  // a tap adds a point, a drag moves one, a button removes it
  const drawn = await state(page);
  await drag(page, 'fit.picture', [0.5, 0.5], [0.5, 0.5]);
  const own = await state(page);
  assert.equal(own.own.length, 21);
  await drag(page, 'fit.picture', [0.5, 0.5], [0.4, 0.1]);
  const moved = await state(page);
  assert.equal(moved.own.length, 21);
  assert.ok(Math.abs(moved.own[20][0] + 1) < 0.2 && moved.own[20][1] > own.own[20][1] + 0.5, JSON.stringify(moved.own[20]));
  await screenshot(page, 'fit-own');
  await press(page, 'fit.remove_point');
  assert.equal((await state(page)).own.length, 20);
  for (let i = 0; i < 3; ++i) await undo(page);
  assert.deepEqual(await state(page), drawn);
  assert.match(await csv(page), /^capacity,train,expected\n0,/);
});

lab_test('a network over- and underfits: errors over epochs, early stopping, dropout', async (page) => {
  await open_document(page, { ...noisy, model: { name: 'network', hidden: [{ units: 64, activation: 'tanh' }], epochs: 1000 } });
  assert.equal((await standing(page)).status, 'ready');
  await press(page, 'fit.start');
  await ended(page);
  await settle(page);
  const now = await standing(page);
  assert.equal(now.step, 1000);
  const best = now.curve.reduce((least, row) => (row[2]! < least[2]! ? row : least));
  await screenshot(page, 'fit-capacity-network');
  if (best[0]! < 1000 && best[0]! > 0) {
    await press(page, 'fit.remedy.stop');
    await ended(page);
    await settle(page);
    assert.equal((await state(page)).model.epochs, best[0]);
    assert.ok(Math.abs((await standing(page)).expected_error! - best[2]!) < 1e-9, 'to the bit the same training, ended earlier');
    assert.match(await value(page, 'fit.effect'), /→/);
  }
  const before = (await standing(page)).train_error;
  await type_into(page, 'fit.width', '3'); // trains again by itself
  await page.waitForFunction((before) => { const it = (window.downhill.results() as unknown as Standing[])[0]!; return it.status === 'finished' && it.train_error !== before; }, { timeout: 30000 }, before);
  assert.equal((await state(page)).model.hidden[0].units, 3);
  await press(page, 'fit.over.1');
  assert.ok(await item(page, 'fit.widths'));
  await press(page, 'fit.stop_training');
  assert.equal((await standing(page)).status, 'ready');
});

lab_test('the four cases lead to runs of the Race', async (page) => {
  await press(page, 'fit.part.3');
  await wait_for_item(page, '^fit\\.case\\.odd$');
  await screenshot(page, 'fit-diagnosis');
  const hash = await page.waitForFunction(() => location.hash.includes('diagnosis') && location.hash);
  assert.ok(await hash.jsonValue());
  for (const id of ['high_variance', 'odd', 'both', 'good']) assert.ok(await item(page, 'fit.case.' + id), id);
  if (!(JSON.parse(readFileSync('assets/presets.json', 'utf8')) as { id: string }[]).some(({ id }) => id === 'case_odd')) return;
  await press(page, 'fit.case.odd');
  await page.waitForFunction(() => (window.downhill_internal.page.command('presets') as { current: string }).current === 'case_odd', { timeout: 20000 });
  assert.equal(await command(page, 'lab'), 'race');
});

for (const [name, width, height] of [['low', 800, 600], ['phone', 390, 800]] as const)
  lab_test(`its parts have room: ${name}`, async (page) => {
    for (const [part, more] of [['approximate', { ...waves, towers: [[0.1, 0.4, 0.3], [0.5, 0.9, 0.6]] }], ['capacity', noisy]] as const) {
      await open_document(page, { ...more, part });
      if (part === 'capacity') await press(page, 'fit.start').catch(() => command(page, 'start'));
      await settle(page);
      const items = await page.evaluate(() => window.downhill.items());
      assert.deepEqual(items.filter((i) => i.rectangle.x < -1 || i.rectangle.x + i.rectangle.width > width + 1).map((i) => i.id), []);
      await screenshot(page, `fit-${part}-${name}`);
      await speak(page, 'en');
      await screenshot(page, `fit-${part}-${name}-en`);
      await speak(page, 'zh');
    }
    await page.evaluate(() => window.downhill.show({ diagnosis: true } as object));
    await settle(page);
    await screenshot(page, `fit-diagnosis-${name}`);
  }, { width, height, touch: name === 'phone' });

test('in English, dark, the words fit; a part of it embedded', async () => {
  const lab = await opened({ query: '?lang=en&theme=dark' });
  const { page } = lab;
  for (const [part, more] of [['approximate', { ...waves, towers: [[0.1, 0.4, 0.3]] }], ['capacity', noisy]] as const) {
    await open_document(page, { ...more, part });
    await command(page, 'start');
    await settle(page);
    await screenshot(page, `fit-${part}-en-dark`);
  }
  assert.deepEqual(lab.faults, []);
  await lab.close();
});
