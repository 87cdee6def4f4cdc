// The lab Losses as a student meets it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Page } from 'puppeteer-core';
import { box_of, command, drag, focus_item, item, press, screenshot, script_of, settle, type_into } from './lab';
import { tests_of } from './one_lab';

const { lab_test, native, opened } = tests_of('losses');

interface Standing { label: string; status: string; step: number; output: number | null; loss: number | null; slope: number | null; a: number | null; b: number | null; hash: string }
const standings = (page: Page) => page.evaluate(() => window.downhill.results() as unknown as Standing[]);
const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const open_document = async (page: Page, part: string, fields: object) => {
  await command(page, 'setState', { experiment: { downhill: 1, lab: 'losses', part, [part]: fields } });
  await settle(page);
};
const csv = async (page: Page) => ((await command(page, 'csv', { plot: 'curves' })) as string).trim();
const value = async (page: Page, id: string) => String((await item(page, id))?.value);
/** A number as the page writes it. */
const read = (text: string) => Number(text.replaceAll('−', '-').replaceAll('\u202f', ''));
/** The page's numbers are the command line's: as text, and every bit of them as a hash. */
async function as_native(page: Page, name: string): Promise<void> {
  const document = await state(page);
  assert.equal(await csv(page), native('losses', document), name);
  assert.equal((await standings(page))[0]!.hash, native('hash', document).split('\t')[1], name);
}
const key = async (page: Page, id: string, name: 'ArrowRight' | 'ArrowLeft' | 'ArrowUp' | 'ArrowDown' | 'Enter' | 'Space') => {
  await page.waitForSelector(`#mirror [data-id="${id}"]`);
  await focus_item(page, id);
  await page.keyboard.press(name);
  await settle(page);
};

lab_test('curves: exact numbers at a cursor that is dragged, typed and moved by keys; losses come and go', async (page) => {
  await open_document(page, 'curves', { at: -1, target: 1, delta: 0.5 });
  assert.equal(await value(page, 'losses.read.mse'), 'L = 4，导数 −4');
  assert.equal(await value(page, 'losses.read.mae'), 'L = 2，导数 −1');
  assert.equal(await value(page, 'losses.read.huber'), 'L = 0.875，导数 −0.5');
  assert.equal(await value(page, 'losses.read.cross_entropy'), 'L = –，导数 –'); // −1 is no probability
  await as_native(page, 'prediction');
  await screenshot(page, 'losses-prediction');
  await type_into(page, 'field:/curves/at', '0.25');
  assert.equal(await value(page, 'losses.read.cross_entropy'), 'L = 1.38629，导数 −4');
  assert.equal(await value(page, 'losses.read.bce'), 'L = 1.38629，导数 −4');
  const before = (await state(page)).curves.at;
  await drag(page, 'losses.values', [0.4, 0.5], [0.7, 0.5]);
  const dragged = (await state(page)).curves.at;
  assert.ok(dragged > 0.9 && dragged < 1.5, String(dragged));
  await page.evaluate(() => window.downhill.undo());
  assert.equal((await state(page)).curves.at, before, 'a drag is one step of undo');
  await drag(page, 'losses.slopes', [0.5, 0.5], [0.3, 0.5]);
  assert.ok((await state(page)).curves.at < -0.9);
  await key(page, 'field:/curves/at.slider', 'ArrowRight');
  assert.ok((await state(page)).curves.at > -1.3);
  await press(page, 'field:/curves/show/bce');
  assert.equal((await state(page)).curves.show.bce, false);
  assert.equal(await item(page, 'losses.read.bce'), null);
  assert.equal((await standings(page)).length, 4);
  await as_native(page, 'four');
});

lab_test('curves over the logit: squared error of a sigmoid has no gradient where it is most wrong, cross-entropy has', async (page) => {
  await open_document(page, 'curves', {});
  await press(page, 'losses.axis.1');
  assert.deepEqual([(await state(page)).curves.axis, (await state(page)).curves.from, (await state(page)).curves.to], ['logit', -6, 6]);
  await type_into(page, 'field:/curves/at', '-6');
  const slope = async (id: string) => read((await value(page, 'losses.read.' + id)).split('导数 ')[1]!);
  assert.ok(Math.abs(await slope('mse')) < 0.01 && Math.abs(await slope('bce')) > 0.99);
  await as_native(page, 'logit');
  await screenshot(page, 'losses-logit');
});

lab_test('a loss is explained by its formula and PyTorch\'s name', async (page) => {
  await open_document(page, 'curves', { delta: 0.5 });
  for (const [id, name] of [['huber', 'nn.HuberLoss(delta=0.5)'], ['mse', 'nn.MSELoss()'], ['bce', 'nn.BCELoss()']] as const) {
    const label = await page.evaluate((wanted) => { // pressed where its name stands: below its box
      const it = window.downhill.items().find((i) => i.id === wanted)!.rectangle, canvas = document.getElementById('canvas')!.getBoundingClientRect();
      return { x: canvas.x + it.x + 40, y: canvas.y + it.y + it.height + 10 };
    }, 'field:/curves/show/' + id);
    await page.mouse.click(label.x, label.y);
    await page.waitForSelector('#popover:not([hidden])', { timeout: 5000 });
    const text = await page.$eval('#popover', (e) => e.textContent ?? '');
    assert.ok(text.includes(name), text);
    assert.ok(await page.$('#popover math'), id);
    await page.keyboard.press('Escape');
    await settle(page);
  }
});

lab_test('softmax: logits, the right class, temperature, a softmax too many with its floor', async (page) => {
  await press(page, 'losses.part.1');
  assert.equal((await state(page)).part, 'softmax');
  await as_native(page, 'softmax');
  await type_into(page, 'losses.logit.0', '12');
  await type_into(page, 'losses.logit.1', '-12');
  await press(page, 'losses.label.2');
  assert.deepEqual([(await state(page)).softmax.logits.slice(0, 2), (await state(page)).softmax.label], [[12, -12], 2]);
  await as_native(page, 'typed');
  await press(page, 'losses.label.0');
  for (let i = 4; i < 10; ++i) await press(page, 'losses.more');
  assert.equal((await item(page, 'losses.more'))?.enabled, false);
  await press(page, 'field:/softmax/twice');
  assert.match(await value(page, 'losses.twice'), /1\.461/);
  const [now] = await standings(page);
  assert.ok(now!.loss! >= 1.4611 && now!.loss! < 1.4613, String(now!.loss));
  await as_native(page, 'twice');
  await screenshot(page, 'losses-twice');
  await page.evaluate(() => window.downhill.undo());
  await press(page, 'losses.fewer');
  assert.equal((await state(page)).softmax.logits.length, 9);
  await type_into(page, 'field:/softmax/temperature', '4');
  await as_native(page, 'warm');
  const loss = (await standings(page))[0]!.loss!;
  await press(page, 'losses.descend');
  assert.ok((await standings(page))[0]!.loss! < loss);
  await screenshot(page, 'losses-softmax');
});

lab_test('a line: a point is dragged, one step of undo; an outlier moves squared error\'s line most', async (page) => {
  await open_document(page, 'line', { points: [[0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [5, 5]] });
  const at = async () => (await state(page)).line.points;
  await as_native(page, 'six');
  const grip = await box_of(page, 'losses.point.5'), before = await at();
  await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2);
  await page.mouse.down();
  for (let i = 1; i <= 8; ++i) { await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2 + i * 30); await settle(page); }
  await page.mouse.up();
  await settle(page);
  assert.ok((await at())[5][1] < 2, JSON.stringify(await at()));
  const [mse, mae] = await standings(page);
  assert.ok(Math.abs(mae!.a! - 1) < 1e-9 && mse!.a! < 0.8);
  await as_native(page, 'dragged');
  await screenshot(page, 'losses-line');
  await page.evaluate(() => window.downhill.undo());
  assert.deepEqual(await at(), before);
  await press(page, 'losses.outlier');
  assert.equal((await at()).length, 7);
  await as_native(page, 'outlier');
  await press(page, 'losses.model.1');
  assert.equal(read(await value(page, 'losses.fit.b').then((text) => text.split('; ')[1]!)), 2, 'the median of −7.5, 0, 1, 2, 3, 4, 5');
  await as_native(page, 'constant');
  await screenshot(page, 'losses-constant');
});

lab_test('a line: points are added by a press, typed, moved by keys, removed', async (page) => {
  await open_document(page, 'line', { points: [[0, 0], [4, 4]] });
  const at = async () => (await state(page)).line.points;
  const plane = await box_of(page, 'losses.plane');
  await page.mouse.click(plane.x + plane.width * 0.5, plane.y + plane.height * 0.2);
  await settle(page);
  assert.equal((await at()).length, 3);
  assert.ok(Math.abs((await at())[2][0] - 2) < 0.1 && (await at())[2][1] > 3);
  await type_into(page, 'losses.point.y', '-1.5');
  assert.equal((await at())[2][1], -1.5);
  await type_into(page, 'losses.point', '1');
  await type_into(page, 'losses.point.x', '0.5');
  assert.deepEqual((await at())[0], [0.5, 0]);
  await key(page, 'losses.move.y', 'ArrowUp');
  assert.ok((await at())[0][1] > 0);
  await key(page, 'losses.point.2', 'Enter');
  await key(page, 'losses.remove', 'Enter');
  assert.deepEqual((await at()).length, 2);
  assert.equal((await item(page, 'losses.remove'))?.enabled, false);
  await key(page, 'losses.add', 'Enter');
  assert.equal((await at()).length, 3);
  await as_native(page, 'keys');
});

lab_test('the known experiment: from 0.82 to 0.09, and stuck near 0.98 from (2, 2), where cross-entropy is not', async (page) => {
  await press(page, 'losses.part.3');
  assert.deepEqual((await standings(page)).map(({ output }) => output!.toFixed(2)), ['0.82', '0.82']);
  await press(page, 'losses.step');
  assert.equal((await standings(page))[0]!.step, 1);
  await press(page, 'losses.start');
  await page.waitForFunction(() => (window.downhill.results() as unknown as Standing[])[0]!.status === 'finished', { timeout: 30000 });
  await settle(page);
  assert.equal((await standings(page))[0]!.output!.toFixed(2), '0.09');
  await as_native(page, 'usual');
  await screenshot(page, 'losses-neuron');
  await press(page, 'losses.reset');
  assert.equal((await standings(page))[0]!.status, 'ready');
  await type_into(page, 'field:/neuron/w', '2');
  await type_into(page, 'field:/neuron/b', '2');
  const [z, delta] = await Promise.all([value(page, 'losses.now.z'), value(page, 'losses.now.loss_by_w')]);
  assert.equal(z, '4; 4');
  assert.equal(delta.split('; ')[1], '0.98201'); // σ(4)
  await page.evaluate(() => (window.downhill as any).step(100));
  await settle(page);
  const [squared, cross] = await standings(page);
  assert.ok(squared!.output! > 0.96 && cross!.output! < 0.1, `${squared!.output} ${cross!.output}`);
  // the product is that of the factors on the screen
  const [by_a, by_z, by_w] = await Promise.all(['loss_by_a', 'a_by_z', 'loss_by_w'].map((id) => value(page, 'losses.now.' + id).then((text) => text.split('; ').map(read))));
  for (const i of [0, 1]) assert.ok(Math.abs(by_a![i]! * by_z![i]! / by_w![i]! - 1) < 1e-3);
  await as_native(page, 'stuck');
  await screenshot(page, 'losses-stuck');
});

lab_test('the start is dragged on a map; the same neuron opens in the lab Surface, and comes to the same loss', async (page) => {
  await press(page, 'losses.part.3');
  const before = await state(page);
  await drag(page, 'losses.map.1', [0.5, 0.5], [0.8, 0.3]);
  const moved = await state(page);
  assert.ok(moved.neuron.w > 1 && moved.neuron.b > 0.5, JSON.stringify(moved.neuron));
  await page.evaluate(() => window.downhill.undo());
  assert.deepEqual(await state(page), before);
  await page.evaluate(() => (window.downhill as any).step(300));
  await settle(page);
  for (const [number, loss] of [[0, 'mse'], [1, 'cross_entropy']] as const) {
    const mine = (await standings(page))[number]!;
    await press(page, `losses.surface.${number}`);
    await page.waitForFunction(() => (window.downhill.getState() as any).lab === 'surface', { timeout: 20000 });
    await settle(page);
    assert.equal((await state(page)).surface.loss, loss);
    assert.equal((await state(page)).surface.name, 'neuron');
    await page.evaluate(() => (window.downhill as any).step(300));
    await settle(page);
    const [walk] = (await page.evaluate(() => window.downhill.results())) as unknown as { f: number }[];
    const twice = loss === 'mse' ? 2 : 1; // no ½ there
    assert.ok(Math.abs(walk!.f / (twice * mine.loss!) - 1) < 1e-3, `${walk!.f} ${mine.loss}`);
    await page.evaluate(() => window.downhill.show({ lab: 'losses' }));
    await settle(page);
    assert.equal((await standings(page))[number]!.step, 300, 'it stands where it was left');
  }
});

const race_preset = (JSON.parse(readFileSync('assets/presets.json', 'utf8')) as { id: string }[]).some(({ id }) => id === 'race_losses');
test('the same network under each loss opens in the Race', { skip: !race_preset && 'that preset is not there yet' }, async () => {
  const lab = await opened();
  const { page } = lab;
  await open_document(page, 'curves', { axis: 'logit' });
  await press(page, 'losses.race');
  await page.waitForFunction(() => (window.downhill_internal.page.command('shown') as { preset?: string }).preset === 'race_losses', { timeout: 20000 });
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

lab_test('the form view alone: every list and number is set, and refused with its place', async (page) => {
  await open_document(page, 'softmax', {});
  await page.$eval('#accessible', (e) => (e as HTMLElement).click()); // in the header, or in its menu
  const set = async (id: string, text: string) => {
    await page.waitForSelector(`#form [data-field="${id}"]`);
    await page.$eval(`#form [data-field="${id}"]`, (e, to) => { const it = e as HTMLInputElement; it.value = to; it.dispatchEvent(new Event('change', { bubbles: true })); }, text);
    await settle(page);
  };
  await set('losses.logits', '3, 0.5, -1');
  assert.deepEqual((await state(page)).softmax.logits, [3, 0.5, -1]);
  const kept = await state(page);
  await set('losses.logits', '3');
  assert.deepEqual(await state(page), kept);
  await set('field:/softmax/label', '2');
  assert.equal((await state(page)).softmax.label, 2);
  await set('losses.points', '0 0; 1 2; 2 4; 3 30');
  assert.deepEqual((await state(page)).line.points, [[0, 0], [1, 2], [2, 4], [3, 30]]);
  await page.select('#form [data-field="field:/part"]', 'line');
  await settle(page);
  assert.equal((await standings(page)).length, 3);
  await as_native(page, 'form');
  const cells = await page.$$eval('#form table tbody tr', (rows) => rows.slice(0, 3).map((row) => row.textContent));
  assert.match(cells[0]!, /平方误差/);
  await page.select('#form [data-field="field:/part"]', 'neuron');
  await settle(page);
  await page.click('#form [data-verb="step"]');
  await settle(page);
  assert.equal((await standings(page))[1]!.step, 1);
});

lab_test('every part has its script, and a link brings it back', async (page) => {
  let hash = '';
  for (const part of [0, 1, 2, 3]) {
    hash = await page.evaluate(() => location.hash);
    await press(page, `losses.part.${part}`);
    assert.match(await script_of(page, 0), /import torch/);
    if (part > 0) await page.waitForFunction((before) => location.hash !== before, { timeout: 10000 }, hash);
    assert.match(String(await command(page, 'spoken', { ended: false })), /\d/);
  }
  const document = await state(page);
  const again = await opened({ hash: await page.evaluate(() => location.hash) });
  await settle(again.page);
  assert.deepEqual(await state(again.page), document);
  assert.deepEqual(again.faults, []);
  await again.close();
});

for (const [language, width, height] of [['zh', 1280, 800], ['en', 1280, 800], ['en', 800, 600], ['zh', 800, 600], ['zh', 390, 800], ['en', 390, 800]] as const)
  test(`every part at ${width}×${height}, ${language}: all within the window, every control with its sentence`, async () => {
    const lab = await opened({ query: `?lang=${language}&theme=${language === 'en' ? 'dark' : 'light'}`, width, height, touch: width < 640 });
    const { page } = lab;
    await settle(page);
    const look = async (name: string) => {
      await settle(page);
      const items = await page.evaluate(() => window.downhill.items());
      assert.deepEqual(items.filter((i) => ['button', 'radio', 'checkbox', 'combobox', 'slider', 'textbox'].includes(i.role) && !(i as any).help).map((i) => i.id), [], name);
      assert.deepEqual(items.filter((i) => i.rectangle.x < -1 || i.rectangle.x + i.rectangle.width > width + 1).map((i) => i.id), [], name);
      await screenshot(page, `losses-${name}-${width}-${language}`);
    };
    await open_document(page, 'curves', {});
    await look('curves');
    await open_document(page, 'curves', { axis: 'logit', from: -6, to: 6, at: -4 });
    await look('logit');
    await open_document(page, 'softmax', {});
    await look('softmax');
    await open_document(page, 'softmax', { logits: [4, 3, 2, 1, 0, -1, -2, -3, -4, -5], twice: true });
    await look('twice');
    await open_document(page, 'line', {});
    await press(page, 'losses.plane'); // one more
    await look('line');
    await open_document(page, 'line', { model: 'constant', residuals: 'mae' });
    await look('constant');
    await open_document(page, 'neuron', {});
    await page.evaluate(() => (window.downhill as any).step(300));
    await look('neuron');
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });
