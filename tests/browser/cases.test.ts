// The lab Cases as a student meets it: the walk, stations 1 to 4, the code beside them, the run.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Page } from 'puppeteer-core';
import { box_of, change_language, command, focus_item, item, press, screenshot, script_of, settle, type_into, wait_until_finished } from './lab';
import { tests_of } from './one_lab';

const { lab_test, native, opened } = tests_of('cases');

interface Standing { status: string; step: number; epoch: number | null; train_loss: number | null; validation_metric: number | null; hash?: string; curve: number[][] }
const standing = async (page: Page) => (await page.evaluate(() => window.downhill.results() as unknown as Standing[]))[0]!;
const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const value = async (page: Page, id: string) => String((await item(page, id))?.value);
const csv = async (page: Page, plot = 'view') => ((await command(page, 'csv', { plot })) as string).trim();
const small = { downhill: 1, lab: 'cases', data: { train: 300, validation: 100, test: 60 }, epochs: 3, batch: 64 };
const python = ['/usr/bin/python3', 'python3'].find((p) => spawnSync(p, ['-c', 'import torch, numpy']).status === 0);
const stations = ['data', 'dataset', 'loader', 'look', 'model', 'training', 'prediction'];
/** What the command line tells of all stations. */
function stations_of(document: object): any {
  writeFileSync('build/cases_stations.json', JSON.stringify(document));
  return JSON.parse(execFileSync('build/native/downhill', ['cases', 'build/cases_stations.json', '--stations', 'all']).toString());
}
/** Opens a document, and waits for its pictures. */
async function open_case(page: Page, more: object = {}): Promise<void> {
  await command(page, 'setState', { experiment: { ...small, ...more } });
  await pictures_here(page);
}
async function pictures_here(page: Page): Promise<void> {
  await page.waitForFunction(() => !['正在取样本', 'on their way'].some((words) => (window.downhill_internal.page.command('spoken', { ended: false }) as string).includes(words)), { timeout: 60000 });
  await settle(page);
}
const key = async (page: Page, id: string, name: 'ArrowRight' | 'Enter') => {
  await page.waitForSelector(`#mirror [data-id="${id}"]`);
  await focus_item(page, id);
  await page.keyboard.press(name);
  await settle(page);
};

lab_test('a case is walked through station by station, each with its code; undo walks back', async (page) => {
  await open_case(page);
  const codes = new Set<string>();
  for (const [i, station] of stations.entries()) {
    assert.equal((await state(page)).station, station);
    const items = await page.evaluate(() => window.downhill.items().map((it) => ({ id: it.id, value: it.value })));
    const lit = items.find((it) => it.id === 'cases.lit')?.value ?? '';
    codes.add(items.filter((it) => it.id.startsWith('cases.name.')).map((it) => it.id).join());
    if (['dataset', 'loader', 'look', 'model'].includes(station)) assert.notEqual(lit, '', station);
    await screenshot(page, `cases-${station}-zh`);
    if (i + 1 < stations.length) await press(page, 'cases.next');
    await settle(page);
  }
  assert.ok(codes.size >= 6, 'every station has code of its own');
  await page.evaluate(() => window.downhill.undo());
  assert.equal((await state(page)).station, 'training');
  await key(page, 'cases.previous', 'Enter');
  assert.equal((await state(page)).station, 'model');
});

lab_test('the data: counts of the parts, of classes and of scores, as the command line has them', async (page) => {
  await open_case(page);
  assert.match(await value(page, 'cases.parts'), /训练 300 张和验证 100 张.*测试 60 张/);
  assert.equal(await value(page, 'cases.group.0'), '训练 30; 验证 10; 测试 6');
  assert.equal((await csv(page)).split('\n').length, 11);
  await command(page, 'set_field', { id: 'field:/case', value: 'yes_no' });
  await pictures_here(page);
  assert.deepEqual((await state(page)).data.classes, [0, 6]);
  assert.equal((await csv(page)).split('\n').length, 3);
  await open_case(page, { case: 'scores' });
  const rows = (await csv(page)).split('\n').slice(1).map((row) => row.split(',').slice(1).map(Number));
  assert.equal(rows.length, 8);
  assert.deepEqual([0, 1, 2].map((part) => rows.reduce((sum, row) => sum + row[part]!, 0)), [300, 100, 60]);
  const stationed = stations_of(await state(page));
  assert.deepEqual(rows.map((row) => row[0]), stationed.data.parts.train.by_score);
  await screenshot(page, 'cases-data-scores-zh');
});
lab_test('which of the ten classes take part: by the table, by keys, by the form; two at least stay', async (page) => {
  await open_case(page);
  const classes = async () => (await state(page)).data.classes as number[] | undefined;
  const all = await page.evaluate(() => window.downhill.items().filter((i) => /^class\.\d$/.test(i.id)).map((i) => [i.role, i.value, (i as any).help] as const));
  assert.equal(all.length, 10);
  assert.ok(all.every(([role, on, help]) => role === 'checkbox' && on === 'true' && help));
  await press(page, 'class.3');
  await pictures_here(page);
  assert.deepEqual(await classes(), [0, 1, 2, 4, 5, 6, 7, 8, 9]);
  assert.equal((await csv(page)).split('\n').length, 10);
  await screenshot(page, 'cases-data-nine-zh');
  await focus_item(page, 'class.9');
  await page.keyboard.press('Space');
  await pictures_here(page);
  assert.deepEqual(await classes(), [0, 1, 2, 4, 5, 6, 7, 8]);
  assert.equal(await page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.id), 'class.9', 'whoever goes by keys stays there');
  for (const kind of [0, 1, 2, 4, 5, 6]) await command(page, 'set_field', { id: `class.${kind}`, value: 'no' });
  await pictures_here(page);
  assert.deepEqual(await classes(), [7, 8]);
  await press(page, 'class.7');
  assert.deepEqual(await classes(), [7, 8], 'one alone is refused');
  assert.match((await page.evaluate(() => document.body.textContent))!, /至少留两类/);
  await command(page, 'set_field', { id: 'class.3', value: 'yes' });
  assert.deepEqual(await classes(), [3, 7, 8]);
  await page.evaluate(() => window.downhill.undo());
  assert.deepEqual(await classes(), [7, 8]);
  const fields = (await command(page, 'fields')) as { id: string; value: string }[];
  assert.deepEqual(fields.filter((field) => field.id.startsWith('class.')).map((field) => field.value), ['no', 'no', 'no', 'no', 'no', 'no', 'no', 'yes', 'yes', 'no']);
});

lab_test('Dataset: an index gives a picture, its numbers and its answer; pressed, typed and by keys', async (page) => {
  await open_case(page, { station: 'dataset' });
  assert.equal(await value(page, 'cases.len'), '300');
  assert.match(await value(page, 'cases.getitem'), /x 是 1×28×28 torch\.float32，y 是 torch\.int64：0 \(T恤\)/);
  await type_into(page, 'cases.item', '17');
  await settle(page);
  assert.match((await csv(page)).split('\n')[1]!, /^0,0,\d+,/);
  assert.equal((await csv(page)).split('\n').length, 785);
  const seventeen = JSON.stringify(await csv(page));
  await press(page, 'cases.near.0');
  assert.notEqual(JSON.stringify(await csv(page)), seventeen);
  await press(page, 'cases.len');
  assert.match(await value(page, 'cases.lit'), /__len__/);
  const before = await value(page, 'cases.pixel');
  await key(page, 'cases.pixel', 'ArrowRight');
  assert.notEqual(await value(page, 'cases.pixel'), before);
  const box = await box_of(page, 'cases.pixel');
  await page.mouse.move(box.x + 2, box.y + 2);
  await settle(page);
  assert.match(await value(page, 'cases.pixel'), /第 0 行第 0 列/);
  // numbers of the tensor about it, as the table of all has them
  const x = (await csv(page)).split('\n').slice(1).map((row) => Number(row.split(',')[3]));
  assert.equal((await item(page, 'cases.patch'))?.label, 'x[0, 0:5, 0:5]');
  assert.deepEqual((await value(page, 'cases.patch')).split('; ').map((row) => row.split(', ').map(Number)), [0, 1, 2, 3, 4].map((r) => [0, 1, 2, 3, 4].map((c) => Math.round(100 * x[28 * r + c]!) / 100)));
  await screenshot(page, 'cases-dataset-zh');
});

lab_test('DataLoader: every picture once an epoch, in the order that training takes; the last batch; none of it changed by workers', async (page) => {
  await open_case(page, { station: 'loader' });
  assert.equal(await value(page, 'cases.len_loader'), '⌈300/64⌉ = 5');
  const rows = async () => (await csv(page)).split('\n').slice(1).map((row) => row.split(',').map(Number));
  const first = await rows();
  assert.deepEqual([...first.map((row) => row[3]!)].sort((a, b) => a - b), [...Array(300).keys()]);
  assert.equal(first.filter((row) => row[1] === 4).length, 44);
  const batches = stations_of(await state(page)).loader.batches as number[][];
  assert.deepEqual(first.map((row) => row[3]), batches.flat(), 'as the command line has them');
  await command(page, 'set_field', { id: 'field:/workers', value: 4 });
  assert.deepEqual(await rows(), first);
  for (let i = 0; i < 5; ++i) await press(page, 'cases.next_batch');
  await settle(page);
  const second = await rows();
  assert.equal(second[0]![0], 1, 'the next epoch');
  assert.notDeepEqual(second.map((row) => row[3]), first.map((row) => row[3]));
  assert.match(await value(page, 'cases.lit'), /__iter__/);
  await press(page, 'field:/drop_last');
  assert.equal(await value(page, 'cases.len_loader'), '⌊300/64⌋ = 4');
  assert.equal((await rows()).length, 256);
  await press(page, 'field:/shuffle');
  assert.deepEqual((await rows()).map((row) => row[3]), [...Array(256).keys()]);
  await screenshot(page, 'cases-loader-dropped-zh');
});

lab_test('look: a batch as tensors and pictures; one of them leads back to its Dataset', async (page) => {
  await open_case(page, { station: 'look' });
  assert.equal(await value(page, 'cases.shapes'), 'x: 64×1×28×28 torch.float32; y: [64] torch.int64');
  const answers = (await csv(page)).split('\n').slice(1).map((row) => row.split(',')[2]);
  assert.equal(await value(page, 'cases.y_values'), answers.slice(0, 16).join(', ') + ', …');
  assert.deepEqual(answers.map(Number), (stations_of(await state(page)).look.pictures as { y: number }[]).map((one) => one.y), 'as the command line has them');
  await press(page, 'cases.of_batch.3');
  const index = (await csv(page)).split('\n')[4]!.split(',')[1]!;
  assert.match(await value(page, 'cases.chosen'), new RegExp(`train_set\\[${index}\\]`));
  await press(page, 'cases.to_dataset');
  await settle(page);
  assert.equal((await state(page)).station, 'dataset');
  assert.match(String((await item(page, 'cases.getitem'))?.label), new RegExp(`train_set\\[${index}\\]`));
});

test('the run comes to the weights of the command line; lines are lit on the way, and the page answers', async () => {
  const lab = await opened();
  const { page } = lab;
  for (const kind of ['scores', 'yes_no', 'one_of_ten']) {
    await open_case(page, { case: kind, station: 'training', data: { train: kind === 'yes_no' ? 200 : 300, validation: 60, test: 60 } });
    await page.evaluate(() => window.downhill.start());
    await wait_until_finished(page);
    const now = await standing(page);
    assert.equal(now.epoch, 3);
    assert.equal(now.hash, native('hash', await state(page)).split('\t')[1], kind);
    assert.equal(now.curve.length, 4);
  }
  await page.evaluate(() => window.downhill.reset());
  await page.evaluate(() => window.downhill.step(3));
  await page.waitForFunction(() => (window.downhill.results() as unknown as { step: number }[])[0]!.step === 3);
  await page.evaluate(() => window.downhill.step(-1));
  await page.waitForFunction(() => (window.downhill.results() as unknown as { step: number }[])[0]!.step === 2);
  assert.match(await value(page, 'cases.lit'), /optimizer\.step/);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('the code is copied, station by station or whole, and is the script that is exported', async () => {
  const lab = await opened();
  const { page } = lab;
  await page.browserContext().overridePermissions(new URL(page.url()).origin, ['clipboard-read', 'clipboard-write', 'clipboard-sanitized-write' as never]);
  await open_case(page, { station: 'dataset' });
  const copied = async () => {
    await page.evaluate(() => navigator.clipboard.writeText('-'));
    await press(page, 'cases.copy');
    await page.waitForFunction(async () => (await navigator.clipboard.readText()) !== '-');
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const station = await copied();
  assert.match(station, /class Pictures\(Dataset\):/);
  assert.doesNotMatch(station, /DataLoader\(/);
  await press(page, 'cases.code.1');
  await settle(page);
  const whole = await copied();
  assert.equal(whole, await script_of(page, 0));
  assert.ok(whole.includes(station.trim()));
  await screenshot(page, 'cases-code-whole-zh');
  // station by station, as in a notebook: together they are the script, and what they print is what the command line prints
  await press(page, 'cases.code.0');
  const cells: string[] = [];
  for (const each of stations) {
    await command(page, 'set_field', { id: 'field:/station', value: each });
    await settle(page);
    cells.push(await copied());
  }
  const full = (text: string) => text.split('\n').filter((line) => line !== '').join('\n');
  assert.equal(full(cells.join('\n')), full(whole));
  if (python) {
    writeFileSync('build/cases_cells.json', JSON.stringify(cells));
    const notebook = "import json, sys, types\nsys.argv = ['kernel', '-f', 'kernel.json']\nsys.modules['ipykernel'] = types.ModuleType('ipykernel')\nroom = {'__name__': '__main__'}\nfor cell in json.load(open('build/cases_cells.json')):\n    exec(compile(cell, 'cell', 'exec'), room)\n";
    const theirs = execFileSync(python, ['-c', notebook], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim().split('\n');
    const ours = native('cases', await state(page)).split('\n');
    assert.equal(theirs.length, ours.length);
    for (const [i, row] of ours.entries())
      for (const [c, cell] of row.split(',').entries()) {
        const other = theirs[i]!.split(',')[c]!;
        assert.ok(cell === other || Math.abs(Number(cell) - Number(other)) < 1e-3, `${row} ${theirs[i]}`);
      }
  }
  await command(page, 'set_field', { id: 'field:/station', value: 'dataset' });
  // a name in it is explained
  await press(page, 'cases.code.0');
  await settle(page);
  await press(page, 'cases.name.__getitem__');
  await page.waitForFunction(() => /第 i 个样本/.test(document.body.textContent ?? ''));
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

for (const [language, width, height, theme] of [['zh', 1280, 800, 'light'], ['en', 800, 600, 'dark'], ['zh', 390, 844, 'light']] as const)
  test(`every station fits; ${language}, ${width} px`, async () => {
    const lab = await opened({ query: `?lang=${language}&theme=${theme}`, width, height, touch: width < 600 });
    const { page } = lab;
    for (const kind of ['one_of_ten', 'scores']) {
      await open_case(page, { case: kind });
      for (const station of stations) {
        await command(page, 'setState', { experiment: { ...small, case: kind, station } });
        await pictures_here(page);
        const items = await page.evaluate(() => window.downhill.items());
        assert.deepEqual(items.filter((i) => i.rectangle.x < -1 || i.rectangle.x + i.rectangle.width > width + 1).map((i) => i.id), [], station);
        if (kind === 'one_of_ten' || station === 'data' || station === 'dataset') await screenshot(page, `cases-${station}-${kind}-${width}-${language}`);
      }
    }
    if (width < 600) {
      await press(page, 'cases.side.1');
      await settle(page);
      assert.equal((await page.evaluate(() => window.downhill.items())).some((i) => i.id === 'cases.copy'), true);
      await screenshot(page, `cases-code-${width}`);
    }
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });

lab_test('a link says where one stands; another language has the code in its words', async (page) => {
  await open_case(page, { station: 'look' });
  await command(page, 'show', { epoch: 1, batch: 2 });
  await settle(page);
  const shown = (await command(page, 'shown')) as { epoch: number; batch: number };
  assert.deepEqual([shown.epoch, shown.batch], [1, 2]);
  assert.match(await script_of(page, 0), /看一看/);
  await change_language(page);
  assert.match(await script_of(page, 0), /look at it/);
});

test('axe-core finds nothing at any station, nor in its form; what it has is told with a sentence; keys alone walk', async () => {
  const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
  const lab = await opened();
  const { page } = lab;
  await page.evaluate(axe);
  const violations = () => page.evaluate(async () => {
    const { violations: found } = await (window as any).axe.run(document, { resultTypes: ['violations'] });
    return found.map((v: any) => `${v.id}: ${v.nodes.slice(0, 3).map((n: any) => n.html.slice(0, 160)).join(' | ')}`) as string[];
  });
  const controls = ['button', 'radio', 'tab', 'checkbox', 'combobox', 'slider', 'textbox'];
  for (const kind of ['one_of_ten', 'yes_no', 'scores']) {
    await open_case(page, { case: kind });
    for (const [i, station] of stations.slice(0, 4).entries()) {
      assert.equal((await state(page)).station, station);
      const items = (await page.evaluate(() => window.downhill.items())) as unknown as { id: string; role: string; label: string; help: string }[];
      assert.deepEqual(items.filter((it) => !it.label || (controls.includes(it.role) && !it.help)).map((it) => it.id), [], station);
      assert.equal(new Set(items.map((it) => it.id)).size, items.length, 'each id once');
      await new Promise((resolve) => setTimeout(resolve, 500)); // the mirror follows
      assert.deepEqual(await violations(), [], `${kind} ${station}`);
      await page.$eval('#accessible', (e) => (e as HTMLElement).click());
      await page.waitForSelector('#form input, #form select');
      assert.deepEqual(await violations(), [], `form of ${kind} ${station}`);
      await screenshot(page, `cases-form-${kind}-${station}`);
      await page.$eval('#accessible', (e) => (e as HTMLElement).click());
      await settle(page);
      if (i < 3) await key(page, 'cases.next', 'Enter');
      await pictures_here(page);
    }
  }
  assert.deepEqual(lab.faults, []);
  await lab.close();
});
