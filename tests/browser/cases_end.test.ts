// The lab Cases as a student meets it: stations 5 to 7, the model, its training, and what it says of pictures.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Page } from 'puppeteer-core';
import { box_of, command, drag, focus_item, item, press, screenshot, settle, type_into, wait_until_finished } from './lab';
import { tests_of } from './one_lab';

const { lab_test, native, opened } = tests_of('cases', 'cases_end');

const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const value = async (page: Page, id: string) => String((await item(page, id))?.value);
const csv = async (page: Page, plot = 'view') => ((await command(page, 'csv', { plot })) as string).trim();
const small = { downhill: 1, lab: 'cases', data: { train: 200, validation: 60, test: 60 }, epochs: 3, batch: 64 };
/** What the command line tells of a station. */
function station_of(document: object, station: string): any {
  writeFileSync('build/cases_end_station.json', JSON.stringify(document));
  return JSON.parse(execFileSync('build/native/downhill', ['cases', 'build/cases_end_station.json', '--stations', station]).toString())[station];
}
async function open_case(page: Page, more: object = {}): Promise<void> {
  await command(page, 'setState', { experiment: { ...small, ...more } });
  await page.waitForFunction(() => !['正在取样本', 'on their way'].some((words) => (window.downhill_internal.page.command('spoken', { ended: false }) as string).includes(words)), { timeout: 60000 });
  await settle(page);
}
/** Trained to its end, with all test pictures looked at. */
async function trained(page: Page, more: object = {}): Promise<void> {
  await open_case(page, more);
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  await page.waitForFunction(() => /测试集|test set/.test(window.downhill_internal.page.command('spoken', { ended: true }) as string), { timeout: 60000 });
  await settle(page);
}
const percent = (share: number) => (100 * share).toFixed(1);

lab_test('the model: shapes and parameters as the command line has them, counted by hand; a layer lights its line', async (page) => {
  for (const more of [{ case: 'scores' }, { case: 'yes_no' }, { case: 'yes_no', output: 'two' }, { case: 'one_of_ten' }, { case: 'one_of_ten', hidden: [{ units: 64, activation: 'relu' }] }]) {
    await open_case(page, { ...more, station: 'model' });
    const { layers, parameters } = station_of(await state(page), 'model');
    const rows = (await csv(page)).split('\n').slice(1);
    assert.deepEqual(rows.map((row) => row.split(',').at(-1)), [...layers.map((layer: any) => String(layer.parameters)), String(parameters)]);
    for (const [i, { output, by_hand }] of layers.entries()) {
      const told = await value(page, `cases.layer.${i}`);
      assert.ok(told.startsWith(output.join('×')), told);
      assert.ok(told.includes(by_hand), told);
      if (by_hand) { // the sum is one
        const [sum, total] = by_hand.split(' = ') as [string, string];
        assert.equal(sum.split(' + ').map((part) => part.split('·').map(Number).reduce((a, b) => a * b)).reduce((a, b) => a + b), Number(total.replaceAll(',', '')), by_hand);
      }
    }
  }
  await press(page, 'cases.layer.1');
  await settle(page);
  assert.match(await value(page, 'cases.lit'), /Linear/);
});

lab_test('one of ten: a hidden layer is added, typed, and taken away; undo goes back', async (page) => {
  await open_case(page, { station: 'model' });
  await press(page, 'cases.hidden');
  await settle(page);
  assert.equal((await state(page)).hidden[0].units, 64);
  await type_into(page, 'cases.units', '30');
  await settle(page);
  assert.equal((await state(page)).hidden[0].units, 30);
  assert.equal((await csv(page)).split('\n').at(-1), `total,,${785 * 30 + 31 * 10}`);
  await screenshot(page, 'cases-model-hidden-zh');
  await press(page, 'cases.hidden');
  await settle(page);
  assert.equal((await csv(page)).split('\n').at(-1), `total,,${785 * 10}`);
  await page.evaluate(() => window.downhill.undo());
  assert.equal((await state(page)).hidden[0].units, 30);
});

lab_test('training: its curves and its end are the command line’s; the test part is told at the end alone', async (page) => {
  for (const kind of ['scores', 'yes_no', 'one_of_ten']) {
    await open_case(page, { case: kind, station: 'training' });
    assert.equal(await item(page, 'cases.verdict'), null);
    assert.doesNotMatch(await csv(page, 'curves'), /^test/m);
    await page.evaluate(() => window.downhill.start());
    await wait_until_finished(page);
    await page.waitForFunction(() => window.downhill.items().some(({ id }) => id === 'cases.verdict'), { timeout: 60000 });
    assert.equal(await csv(page, 'curves'), native('cases', await state(page)), kind);
    const { test: tested } = station_of(await state(page), 'prediction'), verdict = await value(page, 'cases.verdict');
    assert.ok(verdict.includes(kind === 'scores' ? tested.metric.toFixed(3) : percent(tested.metric)), verdict);
    assert.ok(verdict.includes(kind === 'scores' ? tested.baseline.toFixed(3) : percent(tested.baseline)), verdict);
    await screenshot(page, `cases-training-${kind}-zh`);
  }
});

lab_test('prediction: outputs and probabilities of one picture are the command line’s, before and after training', async (page) => {
  for (const kind of ['scores', 'yes_no', 'one_of_ten']) {
    await open_case(page, { case: kind, station: 'prediction', picture: 7 });
    assert.match(await value(page, 'cases.said'), /模型/);
    await trained(page, { case: kind, station: 'prediction', picture: 7 });
    const told = station_of(await state(page), 'prediction');
    if (kind === 'one_of_ten') {
      for (const [k, p] of (told.probabilities as number[]).entries()) assert.ok((await value(page, `cases.class.${k}`)).includes('p = ' + p.toFixed(4)), `class ${k}`);
    } else assert.ok((await value(page, 'cases.output')).includes(told.output[0].toFixed(4).replace('-', '−')), await value(page, 'cases.output'));
    await press(page, 'cases.picture.next');
    await settle(page);
    assert.equal((await state(page)).picture, 8);
    await press(page, 'cases.thumb.0');
    await settle(page);
    assert.notEqual((await state(page)).picture, 8);
    await screenshot(page, `cases-prediction-${kind}-zh`);
  }
});

lab_test('yes or no: the threshold’s counts are the command line’s; the best one is taken at a press', async (page) => {
  await trained(page, { case: 'yes_no', station: 'prediction' });
  await command(page, 'show', { said: 'all' });
  await settle(page);
  await command(page, 'set_field', { id: 'field:/threshold', value: 0.45 });
  await settle(page);
  const counts = async () => [...(await value(page, 'cases.counts.yes.1')).split(', '), ...(await value(page, 'cases.counts.no.1')).split(', ')].map(Number);
  const { at_threshold } = station_of(await state(page), 'prediction'), { true_yes, false_no, false_yes, true_no } = at_threshold.test;
  assert.deepEqual(await counts(), [true_yes, false_no, false_yes, true_no]);
  await screenshot(page, 'cases-threshold-zh');
  await press(page, 'cases.best');
  await settle(page);
  const best = station_of(await state(page), 'prediction'), rows = best.thresholds as number[][]; // a row holds for all thresholds above the one before
  const accuracy = (threshold: number) => rows.find(([least]) => least! >= threshold)?.[1] ?? 0.5;
  assert.equal(best.at_threshold.validation.accuracy, Math.max(...[...Array(101).keys()].map((i) => accuracy(i / 100))));
});

lab_test('all test pictures: a mistake that is pressed is looked at; weights are images; a drawn picture is answered', async (page) => {
  await trained(page, { station: 'prediction' });
  await command(page, 'show', { said: 'all' });
  await settle(page);
  assert.match(await value(page, 'cases.mixed'), /之间|最多/);
  await screenshot(page, 'cases-all-zh');
  const wrong = (await csv(page)).split('\n').filter((row) => /^\d/.test(row)).map((row) => row.split(',')).filter(([, truth, said]) => truth !== said).map(([place]) => Number(place));
  const first = 'cases.of_test.0';
  assert.ok(await item(page, first), 'a mistake to press');
  await press(page, first);
  await settle(page);
  assert.ok(wrong.includes((await state(page)).picture ?? 0));
  await command(page, 'show', { said: 'weights' });
  await settle(page);
  assert.ok(await item(page, 'cases.weight.9'));
  await screenshot(page, 'cases-weights-zh');
  await command(page, 'show', { said: 'picture' });
  await settle(page);
  const asked = await value(page, 'cases.class.3');
  await command(page, 'show', { said: 'draw' });
  await settle(page);
  await press(page, 'cases.pad.take');
  await settle(page);
  assert.equal(await value(page, 'cases.class.3'), asked);
  await drag(page, 'cases.pad', [0.2, 0.2], [0.8, 0.8]);
  await settle(page);
  assert.notEqual(await value(page, 'cases.class.3'), asked);
  await screenshot(page, 'cases-draw-zh');
});

lab_test('scores: a dot under the pointer shows its picture, and a press looks at it; what scores go along with is the command line’s', async (page) => {
  await trained(page, { case: 'scores', station: 'prediction', picture: 3 });
  await command(page, 'show', { said: 'all' });
  await settle(page);
  const rows = (await csv(page)).split('\n').slice(1).map((row) => row.split(',').map(Number)), [place, given, said] = rows[11]!;
  const box = await box_of(page, 'cases.scatter'), all = rows.map((row) => row[2]!), most = Math.max(5, ...all), least = Math.min(1, ...all), pad = Math.max(most * 1e-3, (most - least) * 0.05);
  const at = { x: box.x + box.width * (given! - 1) / 4, y: box.y + box.height * (most + pad - said!) / (most - least + 2 * pad) };
  await page.mouse.move(at.x, at.y);
  await settle(page);
  await screenshot(page, 'cases-scatter-zh');
  await page.mouse.down();
  await settle(page);
  await page.mouse.up();
  await settle(page);
  const chosen = (await state(page)).picture as number;
  assert.deepEqual(rows[chosen]!.slice(1).map((x) => x.toFixed(3)), [given!.toFixed(3), said!.toFixed(3)], `picture ${chosen} instead of ${place}`);
  const told = station_of(await state(page), 'prediction');
  assert.ok(told.test.metric > 0);
});

lab_test('the way into the Race: the same data, and the same weights at the end', async (page) => {
  await trained(page, { station: 'training', hidden: [{ units: 20, activation: 'relu' }] });
  const { hash } = (await page.evaluate(() => window.downhill.results() as unknown as { hash: string }[]))[0]!;
  await press(page, 'cases.race');
  await page.waitForFunction(() => (window.downhill.getState() as any).lab !== 'cases', { timeout: 60000 });
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  assert.equal((await page.evaluate(() => window.downhill.results()))[0]!.hash, hash);
  await screenshot(page, 'cases-race-zh');
});

test('keys alone: through training to the prediction of the next picture', async () => {
  const lab = await opened();
  const { page } = lab;
  await open_case(page, { station: 'training' });
  await page.waitForSelector('#mirror [data-id="cases.start"]');
  await focus_item(page, 'cases.start');
  await page.keyboard.press('Enter');
  await wait_until_finished(page);
  await focus_item(page, 'cases.next');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#mirror [data-id="cases.picture.next"]');
  await focus_item(page, 'cases.picture.next');
  await page.keyboard.press('Enter');
  await settle(page);
  const now = await state(page);
  assert.deepEqual([now.station, now.picture], ['prediction', 1]);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

for (const [language, width, height, theme] of [['zh', 1440, 900, 'light'], ['en', 800, 600, 'dark'], ['zh', 390, 844, 'light']] as const)
  test(`what the model says fits; ${language}, ${width} px`, async () => {
    const lab = await opened({ query: `?lang=${language}&theme=${theme}`, width, height, touch: width < 600 });
    const { page } = lab;
    for (const kind of ['one_of_ten', 'yes_no', 'scores']) {
      await trained(page, { case: kind, station: 'training' });
      for (const [station, said] of [['model', ''], ['training', ''], ['prediction', 'picture'], ['prediction', 'all'], ['prediction', 'weights'], ['prediction', 'draw']] as const) {
        await command(page, 'set_field', { id: 'field:/station', value: station });
        if (said) await command(page, 'show', { said });
        await settle(page);
        const items = await page.evaluate(() => window.downhill.items());
        assert.deepEqual(items.filter((i) => i.rectangle.x < -1 || i.rectangle.x + i.rectangle.width > width + 1).map((i) => i.id), [], `${kind} ${station} ${said}`);
        await screenshot(page, `end-${kind}-${station}${said && '-' + said}-${width}-${language}`);
      }
    }
    const pad = await box_of(page, 'cases.pad');
    assert.ok(pad.width >= 100);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });
