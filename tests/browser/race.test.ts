// The Race on the built page, as a user meets it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { PNG } from 'pngjs';
import type { Browser } from 'puppeteer-core';
import { at_rest, browser, change_language, open_lab, press, results, screenshot, serve, settle, type_into, wait_for_images, wait_until_finished } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const nine = JSON.parse(readFileSync('assets/experiments/nine.json', 'utf8'));
const short = (changes: object = {}) => ({ ...nine, epochs: 1, network: { hidden: [{ units: 16 }] }, evaluate: { every: 'epoch' }, ...changes });

/** Hashes that the native command line gives. */
function native_hashes(experiment: object): string[] {
  writeFileSync('build/tests/hashed.json', JSON.stringify(experiment));
  return execFileSync('build/native/downhill', ['hash', 'build/tests/hashed.json'], { encoding: 'utf8' }).trim().split('\n').map((line) => line.split('\t')[1] ?? '');
}
/** Share of pixels that differ between two screenshots, or from the most common colour. */
function differing(a: Buffer, b?: Buffer): number {
  const p = PNG.sync.read(a), q = b ? PNG.sync.read(b) : undefined;
  const colours = new Map<number, number>();
  let differ = 0;
  for (let i = 0; i < p.data.length; i += 4) {
    const colour = p.data.readUInt32BE(i);
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
    if (q && q.data.readUInt32BE(i) !== colour) ++differ;
  }
  return q ? differ / (p.data.length / 4) : 1 - Math.max(...colours.values()) / (p.data.length / 4);
}

test('the nine-lane default race: runs to its end, every lane learns, hashes are the native ones, reset repeats them', async () => {
  const lab = await open_lab(chromium, site.origin);
  const { page } = lab;
  await wait_for_images(page);
  const at_start = await screenshot(page, 'race-start-zh');
  assert.ok(differing(at_start) > 0.1, 'the page is not blank');
  await press(page, 'start');
  await page.waitForFunction(() => window.downhill.results().some((r) => r.step > 50));
  await screenshot(page, 'race-running-zh');
  await wait_until_finished(page);
  const first = await results(page);
  assert.equal(first.length, 9);
  for (const lane of first) {
    assert.equal(lane.status, 'finished', lane.label);
    assert.equal(lane.examples, 20000);
    assert.ok((lane.test_accuracy ?? 0) > 0.5, lane.label);
    assert.ok((lane.curve.at(-1)?.test_loss ?? 9) < (lane.curve[0]?.test_loss ?? 0) * 0.75, lane.label);
    assert.equal(lane.curve[0]?.test_loss, first[0]?.curve[0]?.test_loss, 'all lanes start at the same loss');
  }
  assert.deepEqual(first.map((r) => r.hash), native_hashes(nine));
  await page.mouse.move(600, 300);
  await settle(page);
  const with_read_out = await screenshot(page, 'race-finished-zh');
  assert.ok(differing(with_read_out, at_start) > 0.01);

  await press(page, 'reset');
  assert.ok((await results(page)).every((r) => r.step === 0));
  await press(page, 'start');
  await wait_until_finished(page);
  assert.deepEqual((await results(page)).map((r) => r.hash), first.map((r) => r.hash));
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('with the full batch given 100 epochs, each of the nine reaches 70 % test accuracy at its best', async () => {
  const lab = await open_lab(chromium, site.origin);
  await wait_for_images(lab.page);
  await lab.page.evaluate((e) => window.downhill.setState(e), JSON.parse(readFileSync('assets/experiments/nine_full_batch_100.json', 'utf8')));
  await lab.page.evaluate(() => window.downhill.start());
  await wait_until_finished(lab.page);
  for (const lane of await results(lab.page)) assert.ok(Math.max(...lane.curve.map((e) => e.test_accuracy ?? 0)) >= 0.7, lane.label);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('the same hashes with scalar WebAssembly, with one worker, and on the page\'s own thread', async () => {
  const expected = native_hashes(short());
  for (const query of ['?simd=off&workers=1', '?workers=3', '?workers=0']) {
    // with no worker allowed the page says that it trains on its own thread
    const lab = await open_lab(chromium, site.origin, { query });
    if (query === '?workers=0') assert.equal(await lab.page.evaluate(() => window.downhill_internal.page.pool.on_page), true);
    await lab.page.evaluate((e) => window.downhill.setState(e), short());
    await lab.page.evaluate(() => window.downhill.start());
    await wait_until_finished(lab.page);
    assert.deepEqual((await results(lab.page)).map((r) => r.hash), expected, query);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  }
});

test('a worker that dies is replaced and its lanes end with the same hashes', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?workers=2' });
  const experiment = short({ epochs: 4 });
  await lab.page.evaluate((e) => window.downhill.setState(e), experiment);
  await lab.page.evaluate(() => window.downhill.start());
  await lab.page.waitForFunction(() => window.downhill.results().some((r) => r.step > 20));
  await lab.page.evaluate(() => window.downhill_internal.page.pool.kill(1));
  await wait_until_finished(lab.page);
  await at_rest(lab.page); // lanes that had finished before are brought back, too
  assert.deepEqual((await results(lab.page)).map((r) => r.hash), native_hashes(experiment));
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('start, pause, step and speed: by pointer and by key', async () => {
  const lab = await open_lab(chromium, site.origin);
  const { page } = lab;
  await wait_for_images(page);
  await press(page, 'step');
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step === 1 && r.hash));
  await page.keyboard.press('KeyS'); // the press above gave the canvas the keyboard
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step === 2 && r.hash));
  await page.keyboard.press('Space');
  await page.waitForFunction(() => window.downhill.results().some((r) => r.step > 10));
  await page.keyboard.press('Space');
  await page.waitForFunction(() => window.downhill.results().every((r) => r.status === 'paused' && r.hash));
  const resting = (await results(page)).map((r) => r.step);
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.deepEqual((await results(page)).map((r) => r.step), resting);
  await page.evaluate(() => window.downhill.step(3));
  await page.waitForFunction((before) => window.downhill.results().every((r, i) => r.step === Math.min(r.steps, (before[i] ?? 0) + 3)), {}, resting);
  await page.keyboard.press('KeyR');
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step === 0));
  // slow: pressed near the slider's left end
  const slider = await page.evaluate(() => window.downhill.items().find((i) => i.id === 'speed')?.rectangle);
  assert.ok(slider);
  const top = await page.evaluate(() => document.getElementById('canvas')!.getBoundingClientRect().y);
  await page.mouse.click(slider.x + slider.width * 0.25, top + slider.y + slider.height / 2, { delay: 120 });
  await settle(page);
  await press(page, 'start');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const slow = Math.max(...(await results(page)).filter((r) => r.label !== '全批量 BGD').map((r) => r.examples));
  assert.ok(slow > 0 && slow < 2000, `${slow} examples`);
  await press(page, 'pause');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('settings are edited in place: rate, batch, method, units, layers; a changed setting changes its curve', async () => {
  const lab = await open_lab(chromium, site.origin);
  const { page } = lab;
  await wait_for_images(page);
  const state = () => page.evaluate(() => window.downhill.getState()) as Promise<any>;
  await type_into(page, 'lane:8:/optimizer/lr', '0.01');
  assert.equal((await state()).lanes[8].optimizer.lr, 0.01);
  await type_into(page, 'lane:7:/batch', '32');
  assert.equal((await state()).lanes[7].batch, 32);
  await press(page, 'lane:3:method');
  await screenshot(page, 'race-method-list-zh');
  await press(page, 'lane:3:method.5');
  assert.deepEqual((await state()).lanes[3].optimizer, { name: 'rmsprop', lr: 0.001 });
  await type_into(page, 'field:/network/hidden/0/units', '24');
  await press(page, 'network.add');
  assert.equal((await state()).network.hidden.length, 2);
  assert.equal((await state()).network.hidden[0].units, 24);
  await press(page, 'select:field:/network/hidden/1/activation');
  await press(page, 'select:field:/network/hidden/1/activation.2');
  assert.equal((await state()).network.hidden[1].activation.name, 'tanh');
  await type_into(page, 'field:/network/hidden/0/dropout', '0.25');
  assert.equal((await state()).network.hidden[0].dropout, 0.25);
  await press(page, 'network.remove');
  assert.equal((await state()).network.hidden.length, 1);

  // refused in a sentence, and nothing lost
  const before = JSON.stringify(await state());
  await type_into(page, 'field:/batch', '99999');
  assert.match(await page.$eval('#notice', (n) => n.textContent ?? ''), /\/batch.*99999.*超出范围/);
  await type_into(page, 'field:/batch', 'abc');
  assert.equal(JSON.stringify(await state()), before);

  const curve = async (lr: number) => {
    await page.evaluate((e) => window.downhill.setState(e), short({ lanes: [{ optimizer: { name: 'adam', lr } }, {}] }));
    await page.evaluate(() => window.downhill.start());
    await wait_until_finished(page);
    return (await results(page)).map((r) => r.test_loss);
  };
  const [adam1, sgd1] = await curve(0.001), [adam2, sgd2] = await curve(0.003);
  assert.notEqual(adam1, adam2);
  assert.equal(sgd1, sgd2);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('the state is in the link, and a link restores it; bad links are told and harmless', async () => {
  const lab = await open_lab(chromium, site.origin);
  await wait_for_images(lab.page);
  await lab.page.evaluate((e) => window.downhill.setState(e), short({ epochs: 3 }));
  await lab.page.waitForFunction(() => location.hash.startsWith('#x='));
  const hash = await lab.page.evaluate(() => location.hash);
  const state = await lab.page.evaluate(() => window.downhill.getState());
  await lab.close();
  const again = await open_lab(chromium, site.origin, { hash });
  assert.deepEqual(await again.page.evaluate(() => window.downhill.getState()), state);
  await again.close();
  for (const bad of [hash.slice(0, hash.length / 2), '#x=AAAA', '#x=' + 'A'.repeat(60000)]) {
    const hurt = await open_lab(chromium, site.origin, { hash: bad });
    assert.equal((await results(hurt.page)).length, 9);
    assert.match(await hurt.page.$eval('#notice', (n) => n.textContent ?? ''), /链接里的实验读不出来/);
    assert.deepEqual(hurt.faults, []);
    await hurt.close();
  }
});

test('setState refuses what is wrong with a sentence and its place', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en' });
  const refusal = (e: unknown) => lab.page.evaluate((x) => window.downhill.setState(x).then(() => 'taken', (error: Error) => error.message), e);
  assert.equal(await refusal({ ...nine, batch: -1 }), '/batch: -1 is out of range; allowed is 1 to 60000');
  assert.match(await refusal('{"downhill":1'), /not valid JSON/);
  assert.match(await refusal({ ...nine, lanes: [] }), /at least one lane/);
  assert.equal(await refusal(short()), 'taken');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('a lane that diverges is named with its step; the others go on', async () => {
  const lab = await open_lab(chromium, site.origin);
  await lab.page.evaluate((e) => window.downhill.setState(e), short({ network: { hidden: [{ units: 16, activation: 'identity' }] }, lanes: [{ optimizer: { lr: 100 } }, {}] }));
  await lab.page.evaluate(() => window.downhill.start());
  await wait_until_finished(lab.page);
  assert.deepEqual((await results(lab.page)).map((r) => r.status), ['diverged', 'finished']);
  await settle(lab.page);
  await screenshot(lab.page, 'race-diverged-zh');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('larger data is fetched on demand; a damaged or missing pack is told in a sentence and can be mended', async () => {
  let broken = true;
  const flaky = await serve((file, content) => {
    if (!broken || !/medium/.test(file)) return content;
    const changed = Buffer.from(content);
    changed[1000] = (changed[1000] ?? 0) ^ 1;
    return changed;
  });
  const lab = await open_lab(chromium, flaky.origin, { query: '?lang=zh' });
  await wait_for_images(lab.page);
  const larger = short({ data: { source: 'fashion-mnist', train: 4000, test: 1000 }, lanes: [{}] });
  await lab.page.evaluate((e) => window.downhill.setState(e), larger);
  await lab.page.evaluate(() => window.downhill.start());
  await lab.page.waitForFunction(() => /数据包损坏/.test(document.getElementById('notice')?.textContent ?? ''));
  assert.equal((await results(lab.page))[0]?.step, 0);
  broken = false;
  await lab.page.evaluate(() => window.downhill.start());
  await wait_until_finished(lab.page);
  assert.deepEqual((await results(lab.page)).map((r) => r.hash), native_hashes(larger));
  assert.deepEqual(lab.faults, []);
  await lab.close();
  flaky.close();

  const without = await serve((file, content) => /quick/.test(file) ? null : content);
  const hungry = await open_lab(chromium, without.origin, { query: '?lang=zh', allow: /404/ });
  await hungry.page.waitForFunction(() => /数据没能下载/.test(document.getElementById('notice')?.textContent ?? ''));
  await hungry.close();
  without.close();
});

test('idle: no frames; paused: no frames', async () => {
  const lab = await open_lab(chromium, site.origin);
  await wait_for_images(lab.page);
  const frames = () => lab.page.evaluate(() => window.downhill.stats().frames);
  const still = async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = await frames();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return (await frames())! - before!;
  };
  assert.equal(await still(), 0);
  await lab.page.evaluate(() => window.downhill.start());
  await lab.page.waitForFunction(() => window.downhill.results().some((r) => r.step > 10));
  await lab.page.evaluate(() => window.downhill.pause());
  await lab.page.waitForFunction(() => window.downhill.results().every((r) => r.hash));
  assert.equal(await still(), 0);
  await lab.close();
});

test('Chinese and English, light and dark, wide, in a small frame and on a phone: everything on the canvas, no faults', async () => {
  const shots: [string, Parameters<typeof open_lab>[2]][] = [
    ['wide-en-dark', { query: '?lang=en&theme=dark' }], ['large-en-light', { query: '?lang=en&theme=light', width: 1920, height: 1080, scale: 2 }],
    ['frame-zh-light', { query: '?lang=zh&theme=light', width: 800, height: 600 }], ['phone-zh-light', { query: '?lang=zh&theme=light', width: 390, height: 844, scale: 2 }],
    ['phone-en-dark', { query: '?lang=en&theme=dark', width: 390, height: 844, scale: 2 }], ['small-frame-en', { query: '?lang=en&theme=light', width: 480, height: 480 }],
  ];
  for (const [name, options] of shots) {
    const lab = await open_lab(chromium, site.origin, options);
    await wait_for_images(lab.page);
    await lab.page.evaluate(() => window.downhill.step(8));
    await lab.page.waitForFunction(() => window.downhill.results().every((r) => r.hash));
    await settle(lab.page);
    assert.ok(differing(await screenshot(lab.page, name)) > 0.1, name);
    const outside = await lab.page.evaluate(() => {
      const canvas = document.getElementById('canvas')!.getBoundingClientRect();
      return window.downhill.items().filter((i) => i.rectangle.x < -1 || i.rectangle.x + i.rectangle.width > canvas.width + 1).map((i) => i.id);
    });
    assert.deepEqual(outside, [], name);
    assert.equal(await lab.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${name} scrolls sideways`);
    assert.deepEqual(lab.faults, [], name);
    await lab.close();
  }
});

test('the language button changes every word, and the page remembers it', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?theme=light' });
  await lab.page.evaluate(() => localStorage.setItem('downhill.lang', 'zh'));
  await lab.page.reload();
  await lab.page.evaluate(() => window.downhill.ready);
  await settle(lab.page);
  const chinese = await screenshot(lab.page, 'language-zh');
  await change_language(lab.page);
  assert.ok(differing(await screenshot(lab.page, 'language-en'), chinese) > 0.01);
  assert.equal(await lab.page.evaluate(() => document.documentElement.lang), 'en');
  const labels = await lab.page.evaluate(() => window.downhill.items().map((i) => i.label).join(' '));
  assert.doesNotMatch(labels, /[\u4e00-\u9fff]/);
  await lab.page.reload();
  await lab.page.evaluate(() => window.downhill.ready);
  assert.equal(await lab.page.evaluate(() => document.documentElement.lang), 'en');
  await lab.close();
});

test('keys and wheel that are not the page\'s pass through', async () => {
  const lab = await open_lab(chromium, site.origin);
  const { page } = lab;
  await wait_for_images(page);
  await page.focus('#canvas');
  const kept = await page.evaluate(() => new Promise<string[]>((resolve) => {
    const prevented: string[] = [];
    window.addEventListener('keydown', (e) => setTimeout(() => { if (e.defaultPrevented) prevented.push(e.key); }));
    window.addEventListener('wheel', (e) => setTimeout(() => { if (e.defaultPrevented) prevented.push('wheel'); }));
    setTimeout(() => resolve(prevented), 1200);
    const canvas = document.getElementById('canvas')!;
    for (const [key, code, ctrlKey] of [['Tab', 'Tab', false], ['F5', 'F5', false], ['r', 'KeyR', true], ['f', 'KeyF', true], ['ArrowDown', 'ArrowDown', false]] as const)
      canvas.dispatchEvent(new KeyboardEvent('keydown', { key, code, ctrlKey, bubbles: true, cancelable: true }));
    canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: 100, bubbles: true, cancelable: true, clientX: 600, clientY: 300 }));
  }));
  assert.deepEqual(kept, []);
  await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => document.activeElement?.id), 'canvas');
  await lab.close();
});
