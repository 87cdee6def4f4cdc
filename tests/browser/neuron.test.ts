// The lab Neuron as a student meets it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'puppeteer-core';
import { box_of, command, drag, focus_item, item, press, screenshot, script_of, settle, type_into, wait_for_item } from './lab';
import { tests_of } from './one_lab';

const { lab_test, native, opened } = tests_of('neuron');

interface Standing { status: string; step: number; wrong?: number; train_accuracy?: number; test_accuracy?: number; learned_test_accuracy?: number; weight?: number; right?: number; hash?: string }
const standing = (page: Page) => page.evaluate(() => (window.downhill.results() as unknown as Standing[])[0]!);
const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const open_document = async (page: Page, part: string, fields: object) => {
  await command(page, 'setState', { experiment: { downhill: 1, lab: 'neuron', part, [part]: fields } });
  await settle(page);
};
const csv = async (page: Page) => ((await command(page, 'csv', { plot: 'curves' })) as string).trim();
/** Until the score is of the document that is shown. */
const scored = (page: Page) => page.waitForFunction(() => {
  const it = window.downhill.items().find((i) => i.id === 'neuron.score.test');
  return it && !String(it.value).endsWith('…');
}, { timeout: 30000, polling: 100 });
const accuracies = (text: string, weights: string) => text.split('\n').filter((line) => line.startsWith(weights)).map((line) => line.split(',').slice(1, 4).join());

const tasks: [string, Record<string, number>, number?][] = [
  ['not', { w1: -1, w2: 0, threshold: 0 }], ['and', { threshold: 2 }], ['or', { threshold: 1 }], ['nand', { w1: -1, w2: -1, threshold: -1 }],
  ['and_not', { w1: 1, w2: -1, threshold: 1 }], ['majority', { w1: 1, w2: 1, w3: 1, threshold: 2 }, 3],
];
lab_test('every task is solved by the controls of the page; the truth table is that of the command line', async (page) => {
  const names = tasks.map(([id]) => id);
  const order = ['not', 'and', 'or', 'nand', 'and_not', 'majority', 'xor', 'own'];
  for (const [id, numbers, inputs] of tasks) {
    await press(page, 'field:/logic/task');
    await press(page, `field:/logic/task.${order.indexOf(id)}`);
    assert.equal((await state(page)).logic.task, id);
    for (const [key, value] of Object.entries({ w1: 1, w2: 1, ...numbers })) await type_into(page, 'field:/logic/' + key, String(value));
    assert.equal((await standing(page)).wrong, 0, id);
    if (inputs) assert.equal((await state(page)).logic.inputs, inputs);
    assert.equal(await csv(page), native('neuron', await state(page)), id);
    await screenshot(page, `neuron-${id}`);
  }
  assert.equal(names.length, 6);
});

lab_test('XOR: the proof stands there, 14 of 16, and a second layer does it', async (page) => {
  await open_document(page, 'logic', { task: 'xor', threshold: 1 });
  assert.equal((await standing(page)).wrong, 1);
  const proof = String((await item(page, 'neuron.proof'))?.value);
  for (const part of ['w₂ ≥ θ', 'w₁ ≥ θ', '0 < θ', 'w₁ + w₂ < θ']) assert.ok(proof.includes(part), proof);
  assert.match(String((await item(page, 'neuron.possible'))?.value), /16.*14/);
  await press(page, 'neuron.layers.1');
  assert.equal((await standing(page)).wrong, 1);
  await type_into(page, 'field:/logic/out/w2', '-1');
  assert.equal((await standing(page)).wrong, 0);
  assert.equal(await csv(page), native('neuron', await state(page)));
  await screenshot(page, 'neuron-xor');
  await press(page, 'neuron.layers.0');
  for (const [inputs, count] of [[1, '4'], [2, '104'], [3, '1.882']] as const) {
    await press(page, `neuron.inputs.${inputs}`);
    assert.match(String((await item(page, 'neuron.possible'))?.value), new RegExp(count));
  }
  await screenshot(page, 'neuron-four-inputs');
});

lab_test('the line is dragged, turned, and moved by keys; each is undone; a target is turned round', async (page) => {
  const before = await state(page);
  const handle = await box_of(page, 'neuron.moved.0'), picture = await box_of(page, 'neuron.plane');
  assert.ok(handle.width > 100 && picture.width > 200);
  // x₁ + x₂ = 1 goes through the middle; the handle is dragged towards (1, 1)
  await drag(page, 'neuron.plane', [0.5, 0.5], [0.62, 0.38]);
  const moved = await state(page);
  assert.ok(moved.logic.threshold > 1.3, JSON.stringify(moved.logic));
  assert.equal((await standing(page)).wrong, 0);
  await page.evaluate(() => window.downhill.undo());
  assert.deepEqual(await state(page), before, 'a drag is one step of undo');
  await focus_item(page, 'neuron.moved.0');
  await page.keyboard.press('ArrowRight');
  await settle(page);
  assert.ok((await state(page)).logic.threshold > 1);
  await focus_item(page, 'neuron.turned.0');
  await page.keyboard.press('ArrowRight');
  await settle(page);
  assert.notEqual((await state(page)).logic.w1, 1);
  await press(page, 'neuron.want.0');
  assert.equal((await state(page)).logic.task, 'own');
  await screenshot(page, 'neuron-line');
});

lab_test('1943: a veto, sums on a line, a run row by row', async (page) => {
  await open_document(page, 'logic', { task: 'and_not', kind: 'veto', x2: 'inhibits', threshold: 1 });
  assert.equal((await standing(page)).wrong, 0);
  assert.equal(await csv(page), native('neuron', await state(page)));
  await press(page, 'neuron.step');
  assert.equal((await standing(page)).step, 1);
  assert.ok((await item(page, 'neuron.working'))?.value);
  await press(page, 'neuron.start');
  await page.waitForFunction(() => (window.downhill.results() as unknown as Standing[])[0]!.status === 'finished', { timeout: 20000 });
  await screenshot(page, 'neuron-veto');
  await press(page, 'neuron.reset');
  assert.equal((await standing(page)).status, 'ready');
  await press(page, 'neuron.wire.2.0');
  assert.equal((await state(page)).logic.x2, 'excites');
  assert.equal((await standing(page)).wrong, 2);
});

lab_test('weights are painted by the pointer; the accuracy is that of the command line; undo takes a stroke', async (page) => {
  await press(page, 'neuron.part.1');
  await wait_for_item(page, '^neuron\\.score\\.test$');
  const blank = await state(page);
  await drag(page, 'neuron.canvas', [0.3, 0.2], [0.3, 0.9]);
  const first = await state(page);
  assert.notEqual(first.image.weights, blank.image.weights);
  await press(page, 'neuron.brush.1');
  await drag(page, 'neuron.canvas', [0.5, 0.45], [0.5, 0.95]);
  await press(page, 'neuron.brush.2');
  await drag(page, 'neuron.canvas', [0.1, 0.5], [0.35, 0.5]);
  await scored(page);
  assert.deepEqual(accuracies(await csv(page), 'painted').map((line) => line.split(',')[2]), accuracies(native('neuron', await state(page)), 'painted').map((line) => line.split(',')[2]));
  await press(page, 'neuron.best');
  await scored(page);
  const painted = await state(page), mine = await csv(page), theirs = native('neuron', painted);
  assert.deepEqual(accuracies(mine, 'painted'), accuracies(theirs, 'painted'));
  assert.ok((await standing(page)).train_accuracy! > 0.5);
  await screenshot(page, 'neuron-painted');
  for (let i = 0; i < 4; ++i) await page.evaluate(() => window.downhill.undo());
  assert.deepEqual(await state(page), blank, 'three strokes and a threshold are four steps');
  // a painting is a link
  await page.evaluate((document) => window.downhill.setState(document), painted);
  await page.waitForFunction(() => location.hash.includes('x='));
  const hash = await page.evaluate(() => location.hash);
  assert.ok(hash.length < 4000, String(hash.length));
});

lab_test('means of the classes, learning beside them to the bits of the command line, mistakes', async (page) => {
  await press(page, 'neuron.part.1');
  await wait_for_item(page, '^neuron\\.score\\.test$');
  await press(page, 'neuron.mean.both');
  await scored(page);
  await press(page, 'neuron.best');
  await scored(page);
  assert.ok((await standing(page)).test_accuracy! > 0.85);
  assert.ok(await item(page, 'neuron.mistake.0'));
  await press(page, 'neuron.learn');
  await page.waitForFunction(() => (window.downhill.results() as unknown as Standing[])[0]!.status === 'finished', { timeout: 60000 });
  await settle(page);
  const now = await standing(page), theirs = native('neuron', await state(page));
  assert.ok(now.learned_test_accuracy! > 0.9);
  assert.deepEqual(accuracies(await csv(page), 'learned'), accuracies(theirs, 'learned'));
  await screenshot(page, 'neuron-learned');
  await press(page, 'neuron.worst_of.1');
  assert.equal(((await command(page, 'shown')) as { train: boolean }).train, true);
  // classes change places
  await press(page, 'field:/image/fires');
  await press(page, 'field:/image/fires.3');
  assert.deepEqual([(await state(page)).image.fires, (await state(page)).image.quiet], [3, 1]);
  await scored(page);
  assert.ok((await standing(page)).test_accuracy! < 0.15);
  await press(page, 'neuron.invert');
  await scored(page);
});

lab_test('painting by keys alone', async (page) => {
  await press(page, 'neuron.part.1');
  await wait_for_item(page, '^neuron\\.score\\.test$');
  const before = await state(page);
  await page.waitForSelector('#mirror [data-id="neuron.cursor.x"]');
  await focus_item(page, 'neuron.cursor.x');
  for (let i = 0; i < 3; ++i) { await page.keyboard.press('ArrowLeft'); await settle(page); }
  await focus_item(page, 'neuron.cursor.y');
  await page.keyboard.press('ArrowRight');
  await settle(page);
  await focus_item(page, 'neuron.stamp');
  await page.keyboard.press('Enter');
  await settle(page);
  assert.notEqual((await state(page)).image.weights, before.image.weights);
  assert.match(String((await item(page, 'neuron.cursor.x'))?.value), /0\.5/);
});

lab_test('from soft to hard: the soft one arrives, the step never moves', async (page) => {
  await press(page, 'neuron.part.2');
  await press(page, 'neuron.start');
  const ended = () => page.waitForFunction(() => (window.downhill.results() as unknown as Standing[])[0]!.status === 'finished', { timeout: 20000 });
  await ended();
  assert.equal((await standing(page)).right, 4);
  assert.equal(await csv(page), native('neuron', await state(page)));
  await screenshot(page, 'neuron-soft');
  await press(page, 'field:/soft/hard');
  assert.equal((await standing(page)).weight, 0);
  assert.equal(await csv(page), native('neuron', await state(page)));
  await screenshot(page, 'neuron-hard');
});

lab_test('every part has its script', async (page) => {
  for (const part of [0, 1, 2]) {
    await press(page, `neuron.part.${part}`);
    assert.match(await script_of(page, 0), /import torch/);
  }
});

for (const [language, width, height] of [['zh', 1280, 720], ['zh', 1600, 900], ['en', 800, 600], ['zh', 390, 844], ['en', 390, 844]] as const)
  test(`every part at ${width}×${height}, ${language}: all within the window, every control with its sentence`, async () => {
    const lab = await opened({ query: `?lang=${language}&theme=${language === 'en' ? 'dark' : 'light'}`, width, height, touch: width < 640 });
    const { page } = lab;
    await settle(page);
    const look = async (name: string) => {
      await settle(page);
      const items = await page.evaluate(() => window.downhill.items());
      assert.deepEqual(items.filter((i) => ['button', 'radio', 'checkbox', 'combobox', 'slider', 'textbox'].includes(i.role) && !(i as any).help).map((i) => i.id), [], name);
      assert.deepEqual(items.filter((i) => i.rectangle.x < -1 || i.rectangle.x + i.rectangle.width > width + 1).map((i) => i.id), [], name);
      await screenshot(page, `neuron-${name}-${width}-${language}`);
    };
    await look('and');
    await open_document(page, 'logic', { task: 'xor', layers: 2, out: { w2: -1 } });
    await look('two-layers');
    await open_document(page, 'logic', { task: 'majority', inputs: 3, threshold: 2 });
    await look('cube');
    await open_document(page, 'logic', { task: 'xor', inputs: 4 });
    await look('four');
    await command(page, 'open_preset', { id: 'neuron_template' });
    await page.waitForFunction(() => window.downhill.results()[0]!.curve.length > 0, { timeout: 30000 });
    await page.evaluate(() => (window.downhill as any).start());
    await page.waitForFunction(() => (window.downhill.results() as unknown as Standing[])[0]!.status === 'finished', { timeout: 60000 });
    await look('template');
    await command(page, 'open_preset', { id: 'neuron_soft' });
    await page.evaluate(() => (window.downhill as any).start());
    await page.waitForFunction(() => (window.downhill.results() as unknown as Standing[])[0]!.status === 'finished', { timeout: 60000 });
    await look('soft');
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });
