// Data of one's own as the data of a lab: made by the command line or the page, trained to the command line's bits; kept, forgotten,
// missing, wrong, broken.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { PNG } from 'pngjs';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import { engines } from './engines';
import { outcome } from './own_files';
import { base, browser, command, item, open_lab, press, press_tool, results, screenshot, script_of, serve, settle, wait_for_images, wait_for_item, wait_until_finished } from './lab';

const folder = 'build/own_runs', corpus = 'tests/fuzz/corpus/own_picture', native = (...rest: string[]) => execFileSync('build/native/downhill', rest, { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();
const files = { pictures: `${folder}/我的 pictures.downhill-data`, table: `${folder}/table.downhill-data`, numbers: `${folder}/numbers.downhill-data`, csv: `${folder}/flowers.csv`, flowers: `${folder}/flowers.downhill-data`, broken: `${folder}/broken.downhill-data` };

/** Of each class a shape of its own, drawn at another place and shade each time. */
function make_files(): void {
  rmSync(folder, { recursive: true, force: true });
  const kinds = ['猫', 'dog', 'square', 'line'];
  kinds.forEach((kind, k) => {
    mkdirSync(`${folder}/shapes/${kind}`, { recursive: true });
    for (let n = 0; n < 25; ++n) {
      const png = new PNG({ width: 40, height: 40 });
      png.data.fill(255);
      for (let y = 0; y < 40; ++y)
        for (let x = 0; x < 40; ++x) {
          const dx = x - 20 - (n % 5), dy = y - 20 + (n % 3);
          const inside = [dx * dx + dy * dy < 120, Math.abs(dx) + Math.abs(dy) < 12, Math.max(Math.abs(dx), Math.abs(dy)) < 9, Math.abs(dx) < 3][k];
          if (inside) png.data.fill(20 + 3 * n, 4 * (40 * y + x), 4 * (40 * y + x) + 3);
        }
      writeFileSync(`${folder}/shapes/${kind}/${n}.png`, PNG.sync.write(png));
    }
  });
  const rows = Array.from({ length: 120 }, (_, i) => [((i * 7) % 13) / 13, ((i * 5) % 11) / 11, ((i * 3) % 7) / 7] as const);
  writeFileSync(`${folder}/table.csv`, 'length,width,height,class\n' + rows.map(([a, b, c]) => `${a},${b},${c},${a + b > 1 ? 'big' : c > 0.5 ? 'tall' : 'small'}`).join('\n') + '\n');
  writeFileSync(`${folder}/numbers.csv`, 'a,b,c,price\n' + rows.map(([a, b, c]) => `${a},${b},${c},${(2 * a - b + 0.5 * c).toFixed(4)}`).join('\n') + '\n');
  writeFileSync(files.csv, 'a,b,label\n' + rows.map(([a, b]) => `${a},${b},${a > b ? 'yes' : 'no'}`).join('\n') + '\n');
  native('data', `${folder}/shapes`, '--out', files.pictures, '--invert');
  native('data', `${folder}/table.csv`, '--out', files.table);
  native('data', `${folder}/numbers.csv`, '--out', files.numbers);
  native('data', files.csv, '--out', files.flowers);
  const good = readFileSync(files.pictures);
  good[Math.floor(good.length / 2)]! ^= 0x55;
  writeFileSync(files.broken, good);
}

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { make_files(); site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const opened = (options: Parameters<typeof open_lab>[2] = {}) => open_lab(chromium, site.origin, options);
const give = async (page: Page, path: string) => (await page.$('#data_files') as ElementHandle<HTMLInputElement>).uploadFile(path);
const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const is_said = (page: Page, text: RegExp) => page.waitForFunction((t) => {
  const notice = document.getElementById('notice')!;
  return !notice.hidden && new RegExp(t).test(notice.firstElementChild!.textContent ?? '');
}, { timeout: 30000 }, text.source);
/** Gives it to the dialog, which opens, and uses what comes of it. */
const bring = async (page: Page, path: string, keep = false) => {
  await give(page, path);
  await page.waitForSelector('#own_dialog[open]', { timeout: 20000 });
  assert.equal((await outcome(page)).error, '');
  if (keep) await page.click('#own_keep_these');
  await page.click('#own_use');
  await page.waitForFunction(() => !document.querySelector('#own_dialog[open]'), { timeout: 20000 });
};
const use = async (page: Page, path: string, keep = false) => {
  await bring(page, path, keep);
  await page.waitForFunction(() => (window.downhill.getState() as any).data?.source === 'own' && window.downhill.results().every((r) => r.curve.length > 0), { timeout: 60000 });
  await settle(page);
};
const two = { downhill: 1, network: { hidden: [{ units: 16, activation: 'tanh' }] }, batch: 10, epochs: 4, lanes: [{}, { optimizer: { name: 'adam', lr: 0.01 } }] };
const native_hashes = (document: object, path: string) => {
  writeFileSync(`${folder}/document.json`, JSON.stringify(document));
  return native('hash', `${folder}/document.json`, '--data', path).split('\n').map((line) => line.split('\t')[1]);
};
/** What `two` makes of a file, in the page and by the command line. */
async function trained(page: Page, path: string, same = path): Promise<any> {
  await command(page, 'setState', { experiment: two });
  await use(page, path);
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  const document = await state(page);
  assert.deepEqual((await results(page)).map((r) => r.hash), native_hashes(document, same));
  return document;
}

test('pictures, tables, numbers and a CSV become the data of the Race, and train to the command line’s bits', async () => {
  const { page, faults, close } = await opened();
  const document = await trained(page, files.pictures);
  assert.equal(document.lanes.length, 2);
  assert.match((await item(page, 'class.0'))?.label ?? '', /dog|猫|line|square/);
  await page.evaluate(() => window.downhill.show({ view: 'confusion' } as any));
  await wait_for_item(page, 'confusion\\.0\\.0\\.0');
  const names = await page.evaluate(() => window.downhill.items().map((i) => i.label).join(' '));
  assert.match(names, /猫/);
  await screenshot(page, 'own-pictures-wide-zh');
  // the script is the command line's
  const script = await script_of(page, 1);
  assert.equal(script.slice(script.indexOf('\n')), (() => { const all = native('export', `${folder}/document.json`, '--lane', '2', '--lang', 'zh'); return all.slice(all.indexOf('\n')); })() + (script.endsWith('\n') ? '\n' : ''));
  const table = await trained(page, files.table);
  assert.equal(table.data.classes.length, 3);
  await screenshot(page, 'own-table-wide-zh');
  const numbers = await trained(page, files.numbers);
  assert.equal(numbers.loss.name ?? numbers.loss, 'mse');
  assert.deepEqual(await page.evaluate(() => (window.downhill.results()[0] as any).test_accuracy ?? null), null);
  await trained(page, files.csv, files.flowers);
  // back by undo: every file finds itself again
  await command(page, 'undo');
  await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 100); }));
  assert.deepEqual(faults, []);
  await close();
});

test('kept when asked, used again after a reload, listed and forgotten; then the link says which file is missing, and a wrong one is told', async () => {
  const { page, faults, close } = await opened();
  await command(page, 'setState', { experiment: two });
  await use(page, files.pictures);
  await is_said(page, /我的 pictures/);
  await page.waitForFunction(() => !document.getElementById('again')!.hidden);
  await page.click('#again');
  await is_said(page, /留在这台设备上了/);
  await page.waitForFunction(() => /file=/.test(location.hash), { timeout: 20000 });
  const link = await page.evaluate(() => location.hash);
  assert.ok(link.length < 2000, 'the link holds no data');
  await page.reload();
  await page.evaluate(() => window.downhill.ready);
  await wait_for_images(page);
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  const trained_as = await state(page), hashes = (await results(page)).map((r) => r.hash);
  assert.deepEqual(hashes, native_hashes(trained_as, files.pictures));
  await press(page, 'data.own');
  await page.waitForSelector('#own_forget_0', { timeout: 10000 });
  await screenshot(page, 'own-list-zh');
  await page.click('#own_forget_0');
  await page.waitForFunction(() => !document.getElementById('own_forget_0') && document.getElementById('own_keep'), { timeout: 10000 });
  await page.keyboard.press('Escape');
  await page.reload();
  await page.evaluate(() => window.downhill.ready);
  await is_said(page, /“我的 pictures\.downhill-data”.*不在这台设备上/);
  await page.evaluate(() => window.downhill.start());
  await settle(page);
  assert.ok((await results(page)).every((r) => r.step === 0), 'nothing trains without it');
  await screenshot(page, 'own-missing-zh');
  await page.click('#again'); // leads to the dialog, which says so, too
  await page.waitForSelector('#own_dialog[open] .own_missing', { timeout: 20000 });
  await page.keyboard.press('Escape');
  await bring(page, files.table);
  await is_said(page, /不是要找的那个文件/);
  assert.equal((await state(page)).data.file, trained_as.data.file);
  await bring(page, files.pictures, true);
  await is_said(page, /也留在这台设备上了/);
  await wait_for_images(page);
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  assert.deepEqual((await results(page)).map((r) => r.hash), hashes);
  assert.deepEqual(faults, []);
  await close();
});

test('a broken file is told in a sentence and nothing is lost; in English, small and dark, and on a phone', async () => {
  const { page, faults, close } = await opened({ query: '?lang=en&theme=dark', width: 800, height: 600 });
  await wait_for_images(page);
  const before = await state(page);
  await give(page, files.broken);
  assert.match((await outcome(page)).error, /broken\.downhill-data: /);
  await page.keyboard.press('Escape');
  assert.deepEqual(await state(page), before);
  assert.ok((await results(page)).every((r) => r.curve.length > 0));
  await use(page, files.table);
  await screenshot(page, 'own-table-small-en-dark');
  await press_tool(page, 'language');
  await page.waitForFunction(() => document.documentElement.lang === 'zh-CN', { timeout: 20000 });
  await settle(page);
  assert.deepEqual(faults, []);
  await close();
  const phone = await opened({ width: 390, height: 760, touch: true });
  await use(phone.page, files.pictures);
  await screenshot(phone.page, 'own-pictures-phone-zh');
  await press_tool(phone.page, 'accessible');
  await settle(phone.page);
  assert.deepEqual(phone.faults, []);
  await phone.close();
});

test('what no lab takes is refused in the dialog, which keeps what was read; answers that are too large are told; one dialog however often it is asked for', async () => {
  const { page, faults, close } = await opened();
  await command(page, 'setState', { experiment: two });
  const before = JSON.stringify((await state(page)).data);
  // the class "b" has no example for testing
  writeFileSync(`${folder}/lopsided.csv`, 'x,y,label,part\n' + Array.from({ length: 40 }, (_, i) => `${i / 40},${(i * 7 % 40) / 40},${i % 2 ? 'b' : 'a'},${i % 2 === 0 && i > 30 ? 'test' : 'train'}`).join('\n') + '\n');
  await page.evaluate(() => { for (let n = 0; n < 3; ++n) document.getElementById('own')!.click(); });
  await give(page, `${folder}/lopsided.csv`);
  await page.waitForSelector('#own_dialog[open]', { timeout: 20000 });
  assert.equal((await outcome(page)).error, '');
  assert.equal((await page.$$('#own_dialog')).length, 1);
  await page.click('#own_use');
  await page.waitForFunction(() => /划分/.test(document.querySelector('#own_dialog[open] .own_error')?.textContent ?? ''), { timeout: 20000 });
  assert.ok(await page.$('#own_use:not([disabled])'), 'what was read is still there');
  assert.equal(JSON.stringify((await state(page)).data), before);
  await page.keyboard.press('Escape');
  // numbers of millions, in the lab that has a training for numbers
  await page.evaluate(() => window.downhill.show({ lab: 'cases' }));
  await page.waitForFunction(() => (window.downhill.getState() as any).lab === 'cases');
  writeFileSync(`${folder}/dear.csv`, 'a,b,price\n' + Array.from({ length: 60 }, (_, i) => `${i / 60},${(i * 7 % 60) / 60},${1e6 * (1 + i / 60)}`).join('\n') + '\n');
  await bring(page, `${folder}/dear.csv`);
  await is_said(page, /单位/);
  const dear = await state(page);
  assert.equal(dear.case, 'scores');
  assert.equal(dear.optimizer.lr, 100);
  // the same in thousands is learned
  writeFileSync(`${folder}/cheap.csv`, readFileSync(`${folder}/dear.csv`, 'utf8').replace(/,(\d{7})(\.\d+)?$/gm, (_, n: string) => `,${Number(n) / 1000}`));
  await bring(page, `${folder}/cheap.csv`);
  await is_said(page, /cheap/);
  assert.doesNotMatch(await page.$eval('#notice', (e) => e.textContent ?? ''), /单位/);
  await page.evaluate(() => window.downhill.start());
  await page.waitForFunction(() => { const [r] = window.downhill.results() as unknown as { test_metric: number | null; baseline: number }[]; return r!.test_metric !== null && r!.test_metric! < 0.5 * r!.baseline; }, { timeout: 60000 });
  assert.deepEqual(faults, []);
  await close();
});

test('what another window has forgotten is told where it is asked for', async () => {
  const { page, faults, close } = await opened();
  await command(page, 'setState', { experiment: two });
  await use(page, files.table, true);
  await press_tool(page, 'own');
  await page.waitForSelector('#own_use_0');
  await page.evaluate(() => new Promise<void>((resolve, reject) => { // as the button of another window does
    const asked = indexedDB.open(`downhill own ${new URL('./', document.baseURI).pathname}`);
    asked.onsuccess = () => {
      const doing = asked.result.transaction(['files', 'listed'], 'readwrite');
      doing.objectStore('files').clear(), doing.objectStore('listed').clear();
      doing.oncomplete = () => { asked.result.close(); resolve(); };
      doing.onabort = () => reject(doing.error);
    };
  }));
  await page.click('#own_use_0');
  await page.waitForFunction(() => /另一个窗口/.test(document.querySelector('#own_dialog[open] .own_error')?.textContent ?? ''), { timeout: 20000 });
  assert.equal(await page.$('#own_use_0'), null);
  assert.deepEqual(faults, []);
  await close();
});

test('in the labs Activations and Dropout, and embedded, the same file', async () => {
  for (const lab of ['activations', 'dropout']) {
    const { page, faults, close } = await opened({ hash: '#' + lab });
    await settle(page);
    await use(page, files.pictures);
    await page.evaluate(() => window.downhill.start());
    await page.waitForFunction(() => window.downhill.results().some((r) => r.step > 0), { timeout: 60000 });
    await screenshot(page, `own-${lab}`);
    assert.deepEqual(faults, []);
    await close();
  }
  const { page, faults, close } = await opened({ query: '?embed=1&lang=zh' });
  await use(page, files.table);
  assert.deepEqual(faults, []);
  await close();
});

/** Pictures of each kind beside the shapes, as a folder is given by an input. */
const mixed = `${folder}/mixed`;
function make_mixed(): { name: string; data: string }[] {
  cpSync(`${folder}/shapes`, mixed, { recursive: true });
  for (const file of readdirSync(corpus)) {
    const kind = /^(jpeg|webp|png)/.exec(file)?.[1];
    for (const of of ['dog', '猫']) if (kind) cpSync(`${corpus}/${file}`, `${mixed}/${of}/${file}.${kind}`);
  }
  return readdirSync(mixed).flatMap((kind) => readdirSync(`${mixed}/${kind}`).map((file) => ({ name: `mixed/${kind}/${file}`, data: readFileSync(`${mixed}/${kind}/${file}`).toString('base64') })));
}
for (const engine of engines)
  test(`${engine.name}: a folder gives the command line’s data, and they train to its bits`, { skip: engine.installed ? false : 'this browser is not installed here' }, async () => {
    const given = make_mixed(), file = `${folder}/mixed.downhill-data`, hash = /hash: (\w+)/.exec(native('data', mixed, '--out', file))![1];
    assert.ok(given.filter(({ name }) => /\.(jpeg|webp)$/.test(name)).length > 10);
    const tab = await engine.open();
    try {
      await tab.go(site.origin + encodeURI(base) + '?lang=zh');
      await tab.run('await until(() => window.downhill); await downhill.ready; await until(() => downhill.results().every((r) => r.curve.length));');
      await tab.run(`downhill.setState(${JSON.stringify(two)}); document.getElementById('own').click(); await until(() => document.querySelector('#own_dialog[open]'));
        const input = document.getElementById('own_folder'), files = ${JSON.stringify(given)}.map(({ name, data }) => {
          const file = new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name.split('/').at(-1));
          Object.defineProperty(file, 'webkitRelativePath', { value: name });
          return file;
        });
        Object.defineProperty(input, 'files', { configurable: true, get: () => files });
        input.dispatchEvent(new Event('change'));
        await until(() => document.querySelector('#own_use:enabled'));`);
      assert.equal(await tab.run('return document.querySelector("#own_dialog .own_hash code").textContent'), hash);
      await tab.run(`document.getElementById('own_use').click();
        await until(() => downhill.getState().data && downhill.getState().data.source === 'own' && downhill.results().every((r) => r.curve.length));
        downhill.start(); await until(() => downhill.results().every((r) => r.status === 'finished'))`);
      assert.deepEqual(await tab.run('return downhill.results().map((r) => r.hash)'), native_hashes(await tab.run('return downhill.getState()'), file));
    } finally { await tab.close(); }
  });
