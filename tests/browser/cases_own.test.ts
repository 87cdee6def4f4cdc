// The lab Cases of one's own data: pictures with scores, pictures of classes, a table; opened in the page, walked through, trained to the
// command line's bits; another case, other answers, the file that is missing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { before } from 'node:test';
import { PNG } from 'pngjs';
import type { ElementHandle, Page } from 'puppeteer-core';
import { command, item, results, screenshot, script_of, settle, wait_until_finished } from './lab';
import { tests_of } from './one_lab';
import { outcome } from './own_files';

const { lab_test, opened } = tests_of('cases');
const folder = 'build/cases_own', native = (...rest: string[]) => execFileSync('build/native/downhill', rest, { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();
const files = { scores: `${folder}/faces.downhill-data`, classes: `${folder}/pets.downhill-data`, table: `${folder}/flats.downhill-data`, parts: `${folder}/parts.downhill-data` };
const stations = ['data', 'dataset', 'loader', 'look', 'model', 'training', 'prediction'];

/** A disc of another size and place each time; the scores are the discs' radii. */
function make_files(): void {
  rmSync(folder, { recursive: true, force: true });
  const picture = (radius: number, shift: number, square: boolean) => {
    const png = new PNG({ width: 40, height: 40 });
    png.data.fill(255);
    for (let y = 0; y < 40; ++y)
      for (let x = 0; x < 40; ++x) {
        const dx = x - 20 - shift % 4, dy = y - 20 + shift % 3;
        if (square ? Math.max(Math.abs(dx), Math.abs(dy)) < radius : dx * dx + dy * dy < radius * radius) png.data.fill(30, 4 * (40 * y + x), 4 * (40 * y + x) + 3);
      }
    return PNG.sync.write(png);
  };
  mkdirSync(`${folder}/faces`, { recursive: true });
  const lines = Array.from({ length: 100 }, (_, i) => {
    const radius = 4 + (i * 7) % 13;
    writeFileSync(`${folder}/faces/${i}.png`, picture(radius, i, false));
    return `${i}.png,${(20 + 5 * radius).toFixed(1)}`;
  });
  writeFileSync(`${folder}/faces/scores.csv`, 'file,score\n' + lines.join('\n') + '\n');
  for (const [k, kind] of ['圆', 'square', 'dot'].entries()) {
    mkdirSync(`${folder}/pets/${kind}`, { recursive: true });
    for (let i = 0; i < 30; ++i) writeFileSync(`${folder}/pets/${kind}/${i}.png`, picture(k === 2 ? 3 : 8 + i % 5, i, k === 1));
  }
  for (const [part, kinds] of [['train', ['a', 'b', 'c']], ['test', ['a', 'c']]] as const)
    for (const kind of kinds) {
      mkdirSync(`${folder}/parts/${part}/${kind}`, { recursive: true });
      for (let i = 0; i < 12; ++i) writeFileSync(`${folder}/parts/${part}/${kind}/${i}.png`, picture(kind === 'a' ? 4 : 10, i, kind === 'b'));
    }
  const rows = Array.from({ length: 120 }, (_, i) => [((i * 7) % 13) / 13, ((i * 5) % 11) / 11, ((i * 3) % 7) / 7] as const);
  writeFileSync(`${folder}/flats.csv`, '面积,rooms,floor,price\n' + rows.map(([a, b, c]) => `${a},${b},${c},${(50 + 20 * a - 10 * b + 5 * c).toFixed(3)}`).join('\n') + '\n');
  native('data', `${folder}/faces`, '--out', files.scores, '--invert', '--as', 'numbers');
  native('data', `${folder}/pets`, '--out', files.classes, '--size', '32', '--validation', '20');
  native('data', `${folder}/parts`, '--out', files.parts);
  native('data', `${folder}/flats.csv`, '--out', files.table, '--validation', '10');
}
before(make_files);

const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const value = async (page: Page, id: string) => String((await item(page, id))?.value);
const native_hash = (document: object, path: string) => {
  writeFileSync(`${folder}/document.json`, JSON.stringify(document));
  return native('hash', `${folder}/document.json`, '--data', path).split('\t')[1];
};
/** To the dialog, which opens, and on to the lab. */
async function give(page: Page, path: string): Promise<void> {
  await (await page.$('#data_files') as ElementHandle<HTMLInputElement>).uploadFile(path);
  await page.waitForSelector('#own_dialog[open]', { timeout: 20000 });
  assert.equal((await outcome(page)).error, '');
  await page.click('#own_use');
  await page.waitForFunction(() => !document.querySelector('#own_dialog[open]'), { timeout: 20000 });
}
async function use(page: Page, path: string): Promise<void> {
  const before = (await state(page)).data?.file;
  await give(page, path);
  await page.waitForFunction((old) => { const { data } = window.downhill.getState() as any; return data?.source === 'own' && data.file !== old; }, { timeout: 60000 }, before);
  await examples_here(page);
}
async function examples_here(page: Page): Promise<void> {
  await page.waitForFunction(() => !['正在取样本', 'on their way'].some((words) => (window.downhill_internal.page.command('spoken', { ended: false }) as string).includes(words)), { timeout: 60000 });
  await settle(page);
}
async function run_out(page: Page): Promise<string | undefined> {
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  return ((await results(page)) as unknown as { hash?: string }[])[0]!.hash;
}

lab_test('pictures with scores, pictures of classes and a table become the case that they fit, and train to the command line’s bits', async (page) => {
  for (const [path, kind, shape] of [[files.scores, 'scores', '1×28×28'], [files.classes, 'one_of_ten', '1×32×32'], [files.table, 'scores', '3']] as const) {
    await use(page, path);
    const document = await state(page);
    assert.equal(document.case ?? 'one_of_ten', kind);
    assert.equal(document.score ?? 'file', 'file');
    assert.equal(await run_out(page), native_hash(await state(page), path), path);
    const told = JSON.parse(native('cases', `${folder}/document.json`, '--data', path, '--stations', 'all'));
    await command(page, 'set_field', { id: 'field:/station', value: 'data' }); // whoever starts is led to the training
    await settle(page);
    assert.equal((await item(page, 'cases.parts'))?.value.includes(String(told.data.parts.train.pictures)), true);
    await command(page, 'set_field', { id: 'field:/station', value: 'dataset' });
    await settle(page);
    assert.match(await value(page, 'cases.getitem'), new RegExp(shape));
    const script = await script_of(page, 0), exported = native('export', `${folder}/document.json`, '--lang', 'zh');
    assert.equal(script.slice(script.indexOf('\n')).trim(), exported.slice(exported.indexOf('\n')).trim());
    await command(page, 'set_field', { id: 'field:/station', value: 'data' });
    await settle(page);
  }
});

lab_test('every station shows a table’s columns and numbers, and a file’s class names', async (page) => {
  for (const [path, name] of [[files.table, 'table'], [files.classes, 'pets'], [files.scores, 'faces']] as const) {
    await use(page, path);
    await command(page, 'set_field', { id: 'field:/epochs', value: 3 });
    await run_out(page);
    for (const station of stations) {
      await command(page, 'set_field', { id: 'field:/station', value: station });
      await settle(page);
      const labels = await page.evaluate(() => window.downhill.items().map((i) => `${i.label} ${i.value}`).join('\n'));
      if (name === 'table' && ['dataset', 'look', 'prediction'].includes(station)) assert.match(labels, /面积/, station);
      if (name === 'pets' && ['data', 'prediction'].includes(station)) assert.match(labels, /圆/, station);
      await screenshot(page, `cases-own-${name}-${station}-zh`);
    }
    for (const view of ['all', 'weights', 'draw']) {
      await page.evaluate((said) => window.downhill.show({ said } as any), view);
      await settle(page);
      await screenshot(page, `cases-own-${name}-prediction-${view}-zh`);
    }
    await page.evaluate(() => window.downhill.show({ said: 'picture' } as any));
    await command(page, 'set_field', { id: 'field:/station', value: 'data' });
  }
});

lab_test('what does not fit is refused, and the document stays; yes or no takes two of the file’s classes', async (page) => {
  await use(page, files.table);
  const before = await state(page);
  await assert.rejects(command(page, 'set_field', { id: 'field:/case', value: 'yes_no' }), /学的是类别/);
  assert.deepEqual(await state(page), before);
  await use(page, files.classes);
  await command(page, 'set_field', { id: 'field:/case', value: 'yes_no' });
  await examples_here(page);
  assert.deepEqual((await state(page)).data.classes, [0, 1]);
  assert.equal(await run_out(page), native_hash(await state(page), files.classes));
});

lab_test('a class without examples for testing is left out, which is told, as by the command line', async (page) => {
  await use(page, files.parts);
  assert.deepEqual((await state(page)).data.classes, [0, 2]);
  await page.waitForFunction(() => /没有用到：b/.test(document.getElementById('notice')!.textContent ?? ''), { timeout: 20000 });
  assert.equal(await run_out(page), native_hash(await state(page), files.parts));
  const line = /in a case: (.*)/.exec(native('data', `${folder}/parts`))![1]!;
  assert.deepEqual(JSON.parse(`{${line}}`).data.classes, [0, 2]);
});

lab_test('a link to a case of one’s own data says which file is missing, and runs once it is opened', async (page) => {
  await use(page, files.table);
  const wanted = await state(page);
  await page.waitForFunction(() => /file=/.test(location.hash), { timeout: 20000 });
  const link = await page.evaluate(() => location.href);
  const other = await opened();
  await other.page.goto(link);
  await other.page.reload();
  await other.page.evaluate(() => window.downhill.ready);
  await other.page.waitForFunction(() => !document.getElementById('notice')!.hidden && /flats/.test(document.getElementById('notice')!.textContent ?? ''), { timeout: 60000 });
  await settle(other.page);
  await screenshot(other.page, 'cases-own-missing-zh');
  await give(other.page, files.table);
  await examples_here(other.page);
  assert.equal(await run_out(other.page), native_hash(wanted, files.table));
  await other.close();
});
