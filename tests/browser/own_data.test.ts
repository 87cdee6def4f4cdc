// A user's own files in the page: what the dialog takes, what it says of it, and that it says the same as the command line.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import { browser, change_language, open_lab, serve, type Lab } from './lab';
import { accessible, after_change, crc32, give, native_hash, open_dialog, outcome, pets, picture, plain, zip_of, type Made } from './own_files';

const folder = 'build/own_data';
let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => {
  site = await serve();
  chromium = await browser();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
});
after(async () => { await chromium?.close(); site?.close(); });

function write(files: Made[]): void {
  for (const { name, data } of files) {
    mkdirSync(dirname(`${folder}/${name}`), { recursive: true });
    writeFileSync(`${folder}/${name}`, data);
  }
}
async function dialog_in(language: string, theme = 'light'): Promise<Lab> {
  const lab = await open_lab(chromium, site.origin, { query: `?lang=${language}&theme=${theme}` });
  await open_dialog(lab.page);
  return lab;
}
const clear = (page: Page) => page.click('#own_clear');
const numbers_csv = (rows: number, separator = ','): string => ['a', 'b', 'c', 'label'].join(separator) + '\n' + Array.from({ length: rows }, (_, i) => [i, i % 7, (i * i) % 11, i % 2 ? 'x' : 'y'].join(separator)).join('\n') + '\n';
const focused = (page: Page) => page.evaluate(() => document.activeElement?.id);

test('pictures: a folder and a zip, with crop, invert and size; the command line finds the same data', async () => {
  const lab = await dialog_in('zh'), { page } = lab, files = pets(12);
  files.push({ name: 'pets/cat/broken.png', data: files[1]!.data.subarray(0, 60) });
  write(files);
  await accessible(page, 'empty');
  await give(page, files, true);
  const read = await outcome(page), native = native_hash(`${folder}/pets`);
  assert.ok(native);
  assert.equal(read.hash, native);
  assert.equal(read.told.length, 1);
  assert.match(read.told[0]!, /broken\.png.*不完整/);
  assert.equal(await page.$$eval('#own_dialog figure img', (all) => all.length), 8);
  await accessible(page, 'pictures');

  await page.focus('#own_fit');
  const fit = await after_change(page, () => page.select('#own_fit', 'fit'));
  assert.equal(await focused(page), 'own_fit', 'the control keeps the focus when all is read again');
  const invert = await after_change(page, () => page.$eval('#own_invert', (e) => (e as HTMLElement).click()));
  const large = await after_change(page, () => page.select('#own_size', '32'));
  assert.equal(new Set([read.hash, fit.hash, invert.hash, large.hash]).size, 4);
  assert.equal(await page.$eval('#own_dialog figure canvas', (c) => (c as HTMLCanvasElement).width), 32);
  assert.equal(await page.$$eval('#own_dialog figure', (all) => all.length), 8, 'no sample of an earlier look is left');
  await after_change(page, () => page.select('#own_fit', 'crop'));
  await after_change(page, () => page.$eval('#own_invert', (e) => (e as HTMLElement).click()));
  assert.equal((await after_change(page, () => page.select('#own_size', '28'))).hash, read.hash);

  // quick changes: the last one counts
  const last = await after_change(page, async () => {
    for (const side of ['32', '28', '32']) await page.select('#own_size', side);
    await page.$eval('#own_invert', (e) => (e as HTMLElement).click());
    await page.select('#own_fit', 'fit');
  });
  assert.equal(last.hash, large.hash);
  assert.equal(await page.$$eval('#own_dialog figure', (all) => all.length), 8);

  await clear(page);
  assert.equal(await focused(page), 'own_choose_folder', 'the button that is gone leaves the focus to the first one');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('a zip says what its folder says, and files that come while it is read or after are read with it', async () => {
  const lab = await dialog_in('en'), { page } = lab, files = pets(12);
  await give(page, [{ name: 'pets.zip', data: zip_of(files) }], false);
  const zip = await outcome(page);
  await clear(page);
  await give(page, files, true);
  assert.equal((await outcome(page)).hash, zip.hash);
  assert.equal(zip.told.length, 0);
  await clear(page);
  const many = pets(400);
  await give(page, [{ name: 'pets.zip', data: zip_of(many.map(({ name, data }) => ({ name: name.slice(5), data }))) }], false);
  await page.waitForSelector('#own_dialog figure', { timeout: 20000 });
  await page.type('#own_class', 'cow');
  await give(page, [0, 1, 2, 3].map((i) => ({ name: `c${i}.png`, data: picture(9, i) })), false);
  const more = await outcome(page);
  assert.match(more.sum, /1,204 examples, 4 classes/);
  assert.deepEqual(more.told, []);
  const yet_more = await after_change(page, () => give(page, [{ name: 'c9.png', data: picture(9, 9) }, { name: 'torn.png', data: picture(9, 9).subarray(0, 50) }], false));
  assert.match(yet_more.sum, /1,205 examples, 4 classes/);
  assert.equal(yet_more.told.length, 1);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('tables: GBK with semicolons and decimal commas; answer and features are chosen; another table takes its place', async () => {
  const lab = await dialog_in('zh'), { page } = lab;
  const gbk = Buffer.concat([Buffer.from('a;b;label\n'), ...Array.from({ length: 30 }, (_, i) => Buffer.concat([Buffer.from(`${i},5;${i % 7};`), Buffer.from(i % 2 ? [0xc3, 0xa8] : [0xb9, 0xb7]), Buffer.from('\n')]))]);
  write([{ name: 'gbk.csv', data: gbk }, { name: 'numbers.csv', data: Buffer.from(numbers_csv(60)) }]);
  const input = await page.$('#own_files') as ElementHandle<HTMLInputElement>;
  await input.uploadFile(resolve(`${folder}/gbk.csv`));
  const read = await outcome(page);
  assert.equal(read.hash, native_hash(`${folder}/gbk.csv`));
  assert.match(await page.$eval('#own_dialog', (e) => (e as HTMLElement).innerText), /GB18030.*分号.*30 行 3 列[\s\S]*猫[\s\S]*狗/);
  await accessible(page, 'table');

  await page.focus('#own_target');
  const of_b = await after_change(page, () => page.select('#own_target', 'b'));
  assert.notEqual(of_b.hash, read.hash);
  assert.equal(await focused(page), 'own_target');
  await after_change(page, () => input.uploadFile(resolve(`${folder}/numbers.csv`)));
  const numbers = await outcome(page);
  assert.equal(numbers.hash, native_hash(`${folder}/numbers.csv`), 'what was chosen of the first table is not asked of the second');
  assert.equal(await page.$eval('#own_target', (e) => (e as HTMLSelectElement).value), '');
  const press = (selector: string) => page.$eval(selector, (e) => (e as HTMLElement).click());
  await page.click('#own_features summary');
  const fewer = await after_change(page, () => page.click('#own_features input[value=c]'));
  assert.notEqual(fewer.hash, numbers.hash);
  assert.equal(await page.evaluate(() => (document.activeElement as HTMLInputElement).value), 'c');
  await after_change(page, () => press('#own_features input[value=a]'));
  const none = await after_change(page, () => press('#own_features input[value=b]'));
  assert.match(none.error, /至少要选一列/);
  assert.equal(await page.$eval('#own_use', (e) => (e as HTMLButtonElement).disabled), true);
  await after_change(page, () => press('#own_features input[value=b]'));
  const split = await after_change(page, async () => { await page.focus('#own_test'); await page.keyboard.type('95'); });
  assert.match(split.error, /测试要在 1 到 90 之间/);
  await accessible(page, 'a wrong split');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('saved as one file and read again; the language changes with the dialog open', async () => {
  const lab = await dialog_in('zh'), { page } = lab, files = pets(8);
  await page.evaluate(() => {
    const { createObjectURL } = URL, blobs = new Map<string, Blob>();
    URL.createObjectURL = (blob: Blob) => { const url = createObjectURL(blob); blobs.set(url, blob); return url; };
    HTMLAnchorElement.prototype.click = function () { const name = this.download; void blobs.get(this.href)!.arrayBuffer().then((bytes) => { (window as any).saved = { name, bytes: [...new Uint8Array(bytes)] }; }); };
  });
  await give(page, files, true);
  const read = await outcome(page);
  await page.click('#own_save');
  const saved = await (await page.waitForFunction(() => (window as any).saved, { timeout: 20000 })).jsonValue() as { name: string; bytes: number[] };
  assert.equal(saved.name, 'pets.downhill-data');
  write([{ name: saved.name, data: Buffer.from(saved.bytes) }]);
  await clear(page);
  await give(page, [{ name: 'pets.downhill-data', data: readFileSync(`${folder}/pets.downhill-data`) }], false);
  assert.equal((await outcome(page)).hash, read.hash);
  await clear(page);
  await give(page, [{ name: 'bad.csv', data: Buffer.from('one\n1\n2\n') }], false);
  assert.match((await outcome(page)).error, /分不出两列/);
  await accessible(page, 'an error');
  await page.keyboard.press('Escape');
  assert.equal(await page.$('#own_dialog[open]'), null);
  await change_language(page);
  await open_dialog(page);
  assert.match((await outcome(page)).error, /does not come apart into two columns/);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('dropped, pasted, nothing, cancelled; a worker that dies', async () => {
  const lab = await dialog_in('en', 'dark'), { page } = lab;
  const transfer = (kind: string, list: Made[]) => page.evaluate((type, files) => {
    const data = new DataTransfer();
    for (const { name, base64 } of files) data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type: 'image/png' }));
    document.getElementById('own_dialog')!.dispatchEvent(type === 'drop' ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }) : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, kind, list.map(({ name, data }) => ({ name, base64: data.toString('base64') })));
  await transfer('drop', []);
  assert.match((await outcome(page)).error, /no files in it/);
  for (const of of ['up', 'down']) {
    await page.$eval('#own_class', (e, value) => { (e as HTMLInputElement).value = value; e.dispatchEvent(new Event('input')); }, of);
    for (let i = 0; i < 4; ++i) await transfer(i % 2 ? 'paste' : 'drop', [{ name: i % 2 ? 'image.png' : `${of}${i}.png`, data: picture(of.length, i) }]);
  }
  await page.waitForFunction(() => /8 examples, 2 classes/.test(document.querySelector('#own_dialog .own_sum')?.textContent ?? ''), { timeout: 20000 });
  await clear(page);

  const large = plain(2400, 2000);
  await give(page, Array.from({ length: 400 }, (_, i) => ({ name: `large/${i % 2}/${i}.png`, data: large })), true);
  await page.waitForSelector('#own_cancel', { timeout: 20000 });
  await accessible(page, 'reading');
  await page.click('#own_cancel');
  assert.equal(await page.$('#own_dialog .own_progress'), null);
  await give(page, pets(4), true);
  assert.match((await outcome(page)).sum, /12 examples, 3 classes/, 'nothing of what was cancelled comes');

  await clear(page);
  const worker = page.workers().length;
  await page.evaluate(() => { const { postMessage } = Worker.prototype; Worker.prototype.postMessage = function (this: Worker, message: any) { Worker.prototype.postMessage = postMessage; this.dispatchEvent(new ErrorEvent('error')); void message; }; });
  await give(page, pets(4), true);
  assert.match((await outcome(page)).error, /Reading stopped half-way/);
  assert.ok(page.workers().length <= worker);
  await give(page, pets(4), true);
  assert.match((await outcome(page)).sum, /12 examples/, 'another worker reads them');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('a folder that the browser hands out is listed by the worker; IDX files are pictures by their labels', async () => {
  const lab = await dialog_in('zh'), { page } = lab, files = pets(12);
  write(files);
  await page.evaluate(async (list) => {
    const top = await navigator.storage.getDirectory();
    for (const { name, data } of list) {
      const parts = name.split('/'), file = parts.pop()!;
      let folder = top;
      for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
      const out = await (await folder.getFileHandle(file, { create: true })).createWritable();
      await out.write(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)));
      await out.close();
    }
    const pick = [async () => { throw new DOMException('nothing was chosen', 'AbortError'); }, () => top.getDirectoryHandle('pets')];
    Object.assign(window, { showDirectoryPicker: () => pick.shift()!() });
  }, files.map(({ name, data }) => ({ name, data: data.toString('base64') })));
  await page.click('#own_choose_folder');
  assert.equal(await page.$('#own_dialog .own_progress'), null, 'nothing was chosen');
  await page.click('#own_choose_folder');
  const read = await outcome(page);
  assert.equal(read.hash, native_hash(`${folder}/pets`));
  assert.equal(read.told.length, 0);
  await clear(page);

  const idx = (part: string, count: number): Made[] => {
    const head = (...words: number[]) => { const bytes = Buffer.alloc(4 * words.length); words.forEach((word, i) => bytes.writeUInt32BE(word, 4 * i)); return bytes; };
    return [{ name: `mnist/${part}-images-idx3-ubyte.gz`, data: gzipSync(Buffer.concat([head(0x803, count, 28, 28), Buffer.from(Array.from({ length: 784 * count }, (_, k) => (k * k + count) % 256))])) },
      { name: `mnist/${part}-labels-idx1-ubyte`, data: Buffer.concat([head(0x801, count), Buffer.from(Array.from({ length: count }, (_, i) => i % 10))]) }];
  };
  const mnist = [...idx('train', 200), ...idx('t10k', 50)];
  write(mnist);
  await give(page, mnist.map(({ name, data }) => ({ name: name.slice(6), data })), false);
  const digits = await outcome(page);
  assert.equal(digits.hash, native_hash(`${folder}/mnist`));
  assert.match(digits.sum, /250 个样本，10 类：训练 200，验证 0，测试 50/);
  assert.equal(await page.$$eval('#own_dialog figure canvas', (all) => all.length), 8);
  assert.equal(await page.$('#own_dialog figure img'), null);
  await accessible(page, 'IDX files');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('in the single file, opened or in a sandboxed frame: read and used, and said that nothing can be kept', async () => {
  writeFileSync(`${folder}/frame.html`, `<iframe sandbox="allow-scripts" src="${relative(folder, 'dist/site/downhill.html')}?embed=1&lang=zh" width=1000 height=700></iframe>`);
  for (const file of ['dist/site/downhill.html', `${folder}/frame.html`]) {
    const tab = await chromium.newPage(), faults: string[] = [];
    tab.on('pageerror', (error) => faults.push(String(error)));
    tab.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()); });
    await tab.goto(`file://${resolve(file)}?lang=zh`);
    const frame = await (await tab.$('iframe'))?.contentFrame() ?? tab.mainFrame(), page = frame as unknown as Page;
    await frame.waitForFunction(() => window.downhill?.results?.().every((r) => r.curve.length > 0), { timeout: 60000 });
    await frame.evaluate(() => document.getElementById('own')!.click());
    await frame.waitForSelector('#own_dialog[open]', { timeout: 20000 });
    assert.match(await frame.$eval('#own_dialog .own_kept', (e) => (e as HTMLElement).innerText), /这里留不下数据/);
    await give(page, pets(6), true);
    assert.match((await outcome(page)).sum, /18 个样本，3 类/);
    assert.equal(await frame.$('#own_keep_these'), null);
    await frame.evaluate(() => document.getElementById('own_use')!.click());
    await frame.waitForFunction(() => (window.downhill.getState() as any).data?.source === 'own', { timeout: 20000 });
    assert.deepEqual(faults, []);
    await tab.close();
  }
});

test('by keyboard; what says that it has 2 GB is refused unread', async () => {
  const lab = await dialog_in('en'), { page } = lab;
  const input = await page.$('#own_files') as ElementHandle<HTMLInputElement>;
  for (const name of ['large.csv', 'large.downhill-data', 'large.png', 'large.zip']) {
    writeFileSync(`${folder}/${name}`, '');
    truncateSync(`${folder}/${name}`, 2 ** 31); // takes no room
    await input.uploadFile(resolve(`${folder}/${name}`));
    const said = await outcome(page);
    assert.match([said.error, ...said.told].join(), name === 'large.zip' ? /large\.zip: the zip file is cut or damaged/ : new RegExp(`large\\..*(bytes|large)`), name);
    rmSync(`${folder}/${name}`);
    await clear(page);
  }
  await give(page, pets(5), true);
  await outcome(page);
  const seen = new Set<string>();
  for (let i = 0; i < 40; ++i) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => { const e = document.activeElement; return e && document.getElementById('own_dialog')!.contains(e) ? e.id || e.className || e.tagName : ''; });
    if (at) seen.add(at);
  }
  for (const id of ['close', 'own_choose_folder', 'own_choose_files', 'own_class', 'own_size', 'own_fit', 'own_invert', 'own_test', 'own_validation', 'own_seed', 'own_scroll', 'own_use', 'own_save', 'own_clear']) assert.ok(seen.has(id), `${id} is not reached: ${[...seen].join(' ')}`);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

/** Odd files of a folder of pictures: name, content, and what is told of it; nothing: it is used; hidden: as one of the system's. */
function odd_pictures(): [string, Buffer, RegExp | 'used' | 'hidden'][] {
  const good = picture(5, 3), cut = /damaged/, other = /PNG, JPEG or WebP/, any = /damaged|kind of picture|too many|PNG, JPEG/;
  const flipped = (at: number) => { const bytes = Buffer.from(good); bytes[at % bytes.length]! ^= 0x55; return bytes; };
  const with_sides = (w: number, h: number) => {
    const bytes = Buffer.from(good);
    bytes.writeUInt32BE(w, 16);
    bytes.writeUInt32BE(h, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    return bytes;
  };
  const riff = (kind: string, more: Buffer) => Buffer.concat([Buffer.from('RIFF\x00\x01\x00\x00WEBP' + kind), more]);
  return [
    ...[0, 1, 7, 8, 20, 33, 40, 60, 100].map((n): [string, Buffer, RegExp] => [`cut${n}.png`, good.subarray(0, n), any]),
    ...[0, 1, 4, 12, 16, 25, 29, 45, 80, 120].map((n): [string, Buffer, RegExp] => [`flipped${n}.png`, flipped(n), any]),
    ['sides0.png', with_sides(0, 30), any], ['sides_large.png', with_sides(70000, 70000), any], ['sides_long.png', with_sides(1, 20000), any], ['sides_wrong.png', with_sides(400, 300), cut],
    ['text.png', Buffer.from('this is no picture'), any], ['page.jpg', Buffer.from('<!doctype html><p>404'), any], ['zeros.webp', Buffer.alloc(500), any], ['noise.jpeg', Buffer.from(Array.from({ length: 900 }, (_, i) => (i * i * 31 + 7) & 255)), any],
    ['start.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0]), any], ['riff.webp', riff('VP8 ', Buffer.alloc(40)), any], ['riff2.webp', riff('VP8L', Buffer.alloc(3)), any], ['moving.webp', riff('VP8X', Buffer.from([10, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 9, 0, 0])), /moves|damaged/],
    ['gif.png', Buffer.from('GIF89a\x01\x00\x01\x00'), any], ['bmp.jpg', Buffer.from('BM' + '\0'.repeat(60)), any],
    ...['a.gif', 'a.bmp', 'a.tiff', 'a.heic', 'a.svg', 'a.txt', 'a.pdf', 'noending', 'a.png.part', 'a.zip', 'a.downhill-data', 'a.exe', '图.psd', 'a.'].map((name): [string, Buffer, RegExp] => [name, good, other]),
    ...['.DS_Store', '._1.png', 'Thumbs.db', 'desktop.ini', '.git/HEAD.png', '__MACOSX/1.png'].map((name): [string, Buffer, 'hidden'] => [name, good, 'hidden']),
    ['../x.png', good, /out of its folder/], ['a/../../y.png', good, /out of its folder/], ['x\\..\\..\\z.png', good, /out of its folder/],
    ['n'.repeat(300) + '/'.repeat(2) + 'm'.repeat(5000) + '.png', good, /bytes, or it lies/], ['d/'.repeat(80) + 'deep.png', good, /folders deep/],
    ['jpeg_named.png.png', good, 'used'], ['UPPER.PNG', good, 'used'], ['png_called.jpg', good, 'used'], ['png_called.webp', good, 'used'], ['with space & %20 #.png', good, 'used'], ['引号”.png', good, 'used'],
    ['emoji😀.png', good, 'used'], ['<b>tag.png', good, 'used'], ['trailing.png', Buffer.concat([good, Buffer.from('more')]), 'used'], ['one.png', picture(0, 0, 1, 1), 'used'], ['wide.png', picture(0, 0, 3000, 1), 'used'], ['tall.png', picture(0, 0, 1, 3000), 'used'],
    ['empty.csv', Buffer.alloc(0), /rows?|columns?|row/], ['strange.csv', Buffer.from([0xff, 0xff, 0, 1, 0x80]), /UTF-8|columns|names/], ['unused.csv', Buffer.from('a,b\nu,v\n'), /lists no names/], ['quote.tsv', Buffer.from('a\tb\n"1\t2\n'), /names|columns|row/],
  ];
}

test('a hundred odd inputs: each is told, none is lost, what is good is used', async () => {
  const lab = await dialog_in('en'), { page } = lab, odd = odd_pictures();
  const files = [...pets(6), ...odd.map(([name, data]) => ({ name: name.includes('..') || name.startsWith('n') ? name : `pets/cat/${name}`, data }))];
  await give(page, files, true);
  const said = await outcome(page);
  const wrong: string[] = [];
  for (const [name, , what] of odd) {
    const key = name.slice(0, 40), told = said.told.filter((line) => line.includes(key) || (name.length > 900 && what instanceof RegExp && what.test(line)));
    if (what instanceof RegExp ? !told.some((line) => what.test(line)) : what === 'used' && told.length > 0) wrong.push(`${key}: ${told.join(' | ')}`);
  }
  assert.deepEqual(wrong, []);
  const hidden = odd.filter(([, , what]) => what === 'hidden').length, used = odd.filter(([, , what]) => what === 'used').length;
  assert.ok(said.told.some((line) => line.startsWith(`${hidden} hidden or system files`)), said.told.at(-1));
  assert.match(said.sum, new RegExp(`^${18 + used} examples, 3 classes`));

  const csv = (text: string) => Buffer.from(text), rows = numbers_csv(40), few = pets(2, ['a', 'b']);
  const alone: [string, Buffer, RegExp][] = [
    ['empty.csv', csv(''), /row/], ['head.csv', csv('a,b\n'), /no row here/], ['blank.csv', csv('\n\n\n'), /row/], ['one.csv', csv('a\n1\n2\n'), /two columns/], ['binary.csv', Buffer.from([0xff, 0xff, 0x80, 0x81, 10]), /UTF-8|columns/],
    ['wide.csv', csv(Array.from({ length: 100000 }, (_, i) => `c${i}`).join() + '\n' + '1,'.repeat(99999) + '1\n'), /100000 columns/], ['words.csv', csv('a,b\nx,y\nz,w\nu,v\n'), /no features|no column holds/], ['same.csv', csv('a,label\n1,x\n2,x\n3,x\n4,x\n'), /one value/],
    ['quote.csv', csv(rows + '"1,2,3,x\n'), /quote is not closed/], ['ragged.csv', csv(rows + '1,2\n'), /line 42 has 2 cells/], ['missing.csv', csv(rows + ',1,2,x\n'), /"a" is missing/], ['cell.csv', csv(rows + 'q,1,2,x\n'), /"q", no number/], ['few.csv', csv('a,label\n1,x\n2,y\n'), /too few|examples/],
    ['empty.zip', zip_of([]), /no picture/], ['cut.zip', zip_of(few).subarray(0, 100), /cut or damaged/], ['text.zip', csv('PK no'), /cut or damaged/], ['locked.zip', zip_of(few, (head) => { head.flags |= 1; }), /password/], ['method.zip', zip_of(few, (head) => { head.method = 99; }), /method/],
    ['lies.zip', zip_of(few, (head) => { head.size = 10; }), /damaged|bytes/], ['up.zip', zip_of([{ name: '../x.png', data: picture(0, 0) }, ...few]), /out of its folder/], ['bomb.zip', zip_of([{ name: 'a/big.png', data: Buffer.alloc(3e7) }]), /big\.png/],
    ['one_class.zip', zip_of(pets(5, ['cat'])), /one class/], ['cut.downhill-data', csv('downhill'), /\w{6}/], ['noise.downhill-data', Buffer.from(Array.from({ length: 999 }, (_, i) => (i * i) & 255)), /\w{6}/], ['a.docx', csv('x'), /PNG, JPEG/], ['x.png', picture(0, 0).subarray(0, 50), /damaged/],
  ];
  assert.ok(odd.length + alone.length >= 100, `${odd.length + alone.length}`);
  for (const [name, data, what] of alone) {
    await page.click('#own_clear');
    await give(page, [{ name, data }], false);
    const { error, told, hash } = await outcome(page);
    assert.match([error, ...told].join('\n'), what, name);
    assert.ok(hash || error, name);
  }
  assert.deepEqual(lab.faults, []);
  await lab.close();
});
