// What a term of lessons does to the page, in minutes: 200 reloads, 200 killed workers, 50 lost graphics, then a monkey with
// mouse, touch, keys, sizes, languages, themes and the timeline, for as long as asked. Says what grew and what broke.
// `./dev soak MINUTES [SEED]`; the same seed does the same things.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from 'puppeteer-core';
import { at_rest, browser, open_lab, results, screenshot, serve, settle, wait_for_images, wait_until_finished, type Lab } from '../browser/lab';

const minutes = Number(process.argv[2] ?? 1), seed = Number(process.argv[3] ?? 1);
const scale = Math.min(1, minutes / 10); // a short soak does less of the rest, too
const site = await serve(), chromium = await browser([], true);
let bad = 0;
const say = (ok: boolean, text: string) => { if (!ok) ++bad; console.log(`${ok ? 'ok ' : 'BAD'} ${text}`); };

/** Bytes that the scripts of the page and of its workers hold after collecting: objects, and what buffers keep; WebAssembly's memories are only in the next. */
const client_of = new WeakMap<Page, Awaited<ReturnType<Page['createCDPSession']>>>();
async function heap(page: Page): Promise<number> {
  let client = client_of.get(page);
  if (!client) client_of.set(page, (client = await page.createCDPSession()));
  let sum = 0;
  for (const each of [client, ...page.workers().map((worker) => worker.client)]) {
    for (let i = 0; i < 3; ++i) await each.send('HeapProfiler.collectGarbage');
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = await each.send('Runtime.getHeapUsage');
    sum += usedSize + embedderHeapUsedSize + backingStorageSize;
  }
  return sum;
}
/** Resident bytes of the browser's renderers: pages and their workers, JavaScript and WebAssembly alike. */
function renderers(): number {
  const lines = execFileSync('ps', ['-eo', 'pid,pgid,args']).toString().split('\n').filter((l) => l.includes('--type=renderer') && l.trim().split(/\s+/)[1] === String(chromium.process()?.pid));
  return lines.reduce((sum, line) => { try { return sum + Number(/Pss:\s+(\d+)/.exec(readFileSync(`/proc/${line.trim().split(/\s+/)[0]}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024; } catch { return sum; } }, 0);
}

async function reloads(count: number): Promise<void> {
  const lab = await open_lab(chromium, site.origin, { drawn: true });
  const measure: [number, number, number][] = [];
  for (let i = 0; i <= count; ++i) {
    await lab.page.evaluate(() => window.downhill.ready);
    if (i % 10 === 0) {
      await wait_for_images(lab.page);
      await settle(lab.page);
      measure.push([i, await heap(lab.page), renderers()]);
    }
    if (i < count) await lab.page.reload();
  }
  // the slope from the middle of the first half to the middle of the second, since single readings jump
  const middle = (part: [number, number, number][], what: 1 | 2) => part.map((m) => m[what]).sort((a, b) => a - b)[part.length >> 1] ?? 0;
  const half = measure.length >> 1, first = measure.slice(1, half + 1), second = measure.slice(half + 1);
  const per_100 = (what: 1 | 2) => (middle(second, what) - middle(first, what)) / Math.max(1, count / 200) / 1e6;
  say(per_100(1) < 1, `${count} reloads: the heaps of page and workers grow ${per_100(1).toFixed(2)} MB per 100 (${(measure[1]![1] / 1e6).toFixed(1)} to ${(measure.at(-1)![1] / 1e6).toFixed(1)} MB); all of the renderer, workers too, ${per_100(2).toFixed(2)} MB per 100 (${(measure[1]![2] / 1e6).toFixed(0)} to ${(measure.at(-1)![2] / 1e6).toFixed(0)} MB)`);
  say(lab.faults.length === 0, `no error in them ${lab.faults.slice(0, 3).join('; ')}`);
  await lab.close();
}

async function kills(count: number): Promise<void> {
  const experiment = { downhill: 1, data: { train: 2000, test: 500 }, batch: 32, epochs: 6, network: { hidden: [{ units: 64, dropout: 0.2 }] }, lanes: [{ label: 'A' }, { label: 'B', optimizer: { name: 'adam', lr: 0.001 } }, { label: 'C', optimizer: 'nesterov', batch: 100 }, { label: 'D', optimizer: { name: 'adadelta' } }] };
  writeFileSync('build/soak.json', JSON.stringify(experiment));
  const native = execFileSync('build/native/downhill', ['hash', 'build/soak.json']).toString().trim().split('\n').map((line) => line.split('\t')[1]);
  const lab = await open_lab(chromium, site.origin, { drawn: true });
  await lab.page.evaluate((e) => window.downhill.setState(e), experiment);
  let done = 0, races = 0, wrong = 0;
  while (done < count) {
    await wait_for_images(lab.page);
    await lab.page.evaluate(() => window.downhill.reset());
    await lab.page.evaluate(() => window.downhill.start());
    for (let i = 0; i < 20 && done < count; ++i) {
      await new Promise((resolve) => setTimeout(resolve, 20 + (random() % 400)));
      await lab.page.evaluate((w) => { const { pool } = window.downhill_internal.page; pool.kill(w % pool.count); }, done++);
    }
    await wait_until_finished(lab.page);
    ++races;
    await at_rest(lab.page);
    if (JSON.stringify((await results(lab.page)).map((r) => r.hash)) !== JSON.stringify(native)) ++wrong;
  }
  say(wrong === 0, `${done} workers killed in ${races} races: ${wrong} with other hashes than the native program's`);
  say(lab.faults.length === 0, `no error in them ${lab.faults.slice(0, 3).join('; ')}`);
  await lab.close();
}

async function losses(count: number): Promise<void> {
  const lab = await open_lab(chromium, site.origin, { drawn: true, allow: /CONTEXT_LOST|WebGL/ });
  const { page } = lab;
  await wait_for_images(page);
  await page.waitForFunction(() => !document.getElementById('offline')!.hidden, { timeout: 60000 });
  await page.evaluate(() => window.downhill.step(5));
  await at_rest(page);
  await page.mouse.move(5, 700);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const before = await screenshot(page, 'soak-graphics');
  let other = 0;
  for (let i = 0; i < count; ++i) {
    await page.evaluate(() => {
      const lose = ((window as any).lose ??= (document.getElementById('canvas') as HTMLCanvasElement).getContext('webgl2')!.getExtension('WEBGL_lose_context')!);
      lose.loseContext();
    });
    await page.waitForFunction(() => !document.getElementById('notice')!.hidden);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await page.evaluate(() => (window as any).lose.restoreContext());
    await page.waitForFunction(() => document.getElementById('notice')!.hidden);
    await new Promise((resolve) => setTimeout(resolve, 250));
    await settle(page);
    if (!(await screenshot(page, 'soak-graphics-after')).equals(before)) ++other;
  }
  say(other === 0, `${count} times the graphics lost and given back: ${other} pictures differ`);
  say(lab.faults.length === 0, `no error in them ${lab.faults.slice(0, 3).join('; ')}`);
  await lab.close();
}

// a small generator of our own, so that a seed means the same everywhere
let state = seed >>> 0 || 1;
function random(): number {
  state ^= state << 13; state >>>= 0;
  state ^= state >>> 17;
  state ^= state << 5; state >>>= 0;
  return state;
}
const pick = <T>(items: readonly T[]): T => items[random() % items.length]!;

async function monkey(for_minutes: number): Promise<void> {
  let lab: Lab = await open_lab(chromium, site.origin, { drawn: true, query: '?lang=zh' });
  const until = Date.now() + for_minutes * 60000;
  const keys = ['Tab', 'Enter', 'Escape', ' ', 's', 'S', 'r', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageDown', '?', '0', '5', '.', 'e', '-', '中'] as const;
  const sizes = [[1280, 720], [1920, 1080], [800, 600], [600, 480], [480, 480], [320, 560], [390, 844]] as const;
  const place = async () => { const { width, height } = lab.page.viewport()!; return [random() % width, random() % height] as const; };
  const trail: string[] = [];
  const acts: Record<string, [number, () => Promise<void>]> = {
    control: [30, async () => { // one that is really there: blind clicks mostly miss
      const found = await lab.page.evaluate(() => { const b = document.getElementById('canvas')!.getBoundingClientRect(); return b.width ? window.downhill.items().filter((i) => i.enabled).map((i) => [i.id, b.x + i.rectangle.x + i.rectangle.width / 2, b.y + i.rectangle.y + i.rectangle.height / 2] as const) : []; });
      if (!found.length) return;
      const [id, x, y] = pick(found);
      trail.push(id);
      await lab.page.mouse.click(x, y, { button: random() % 12 ? 'left' : 'right' });
    }],
    click: [8, async () => { await lab.page.mouse.click(...await place(), { clickCount: 1 + (random() % 2) }); }],
    drag: [10, async () => { await lab.page.mouse.move(...await place()); await lab.page.mouse.down(); for (let i = 0; i < 4; ++i) await lab.page.mouse.move(...await place(), { steps: 2 }); await lab.page.mouse.up(); }],
    wheel: [6, async () => { await lab.page.mouse.move(...await place()); await lab.page.mouse.wheel({ deltaY: (random() % 600) - 300 }); }],
    touch: [8, async () => { const [x, y] = await place(); const finger = await lab.page.touchscreen.touchStart(x, y); if (random() % 2) await lab.page.touchscreen.touchMove(...await place()); await lab.page.touchscreen.touchEnd(); void finger; }],
    key: [18, async () => { await lab.page.keyboard.press(pick(keys) as 'a').catch(() => lab.page.keyboard.sendCharacter('中')); }],
    type: [4, async () => { await lab.page.keyboard.type(pick(['0.1', '1e-3', '-1', '1e400', 'abc', '中文', '0', '128', '9999999999', ''])); await lab.page.keyboard.press('Enter'); }],
    undo: [4, async () => { await lab.page.evaluate((redo) => (redo ? window.downhill.redo() : window.downhill.undo()), random() % 2 === 0); }],
    size: [4, async () => { const [width, height] = pick(sizes); await lab.page.setViewport({ width, height, deviceScaleFactor: 1 + (random() % 2), hasTouch: random() % 2 === 0 }); }],
    language: [3, async () => { await lab.page.evaluate(() => document.getElementById('language')!.click()); }],
    theme: [3, async () => { await lab.page.select('#theme', pick(['light', 'dark', 'projector'])); }],
    lab: [4, async () => { await lab.page.evaluate((hash) => { location.hash = hash; }, pick(['#race', '#activations', '#dropout', '#x=nonsense', '#tab=weights'])); }],
    seek: [5, async () => { await lab.page.evaluate((s) => window.downhill.seek(s), random() % 500); }],
    run: [6, async () => { await lab.page.evaluate((w) => [window.downhill.start, window.downhill.pause, window.downhill.reset][w]!(), random() % 3); }],
    lesson: [2, async () => { await lab.page.evaluate((n) => { const s = document.getElementById('presets') as HTMLSelectElement; s.selectedIndex = n % s.options.length; s.dispatchEvent(new Event('change')); }, random()); }],
    form: [2, async () => { await lab.page.evaluate(() => document.getElementById('accessible')!.click()); }],
    kill: [1, async () => { await lab.page.evaluate((w) => { const { pool } = window.downhill_internal.page; pool.kill(w % pool.count); }, random()); }],
    message: [2, async () => { await lab.page.evaluate((n) => window.postMessage([null, { downhill: 1, verb: 'start' }, { downhill: 1, id: 1, verb: 'setState', args: [{}] }, 'x'][n % 4], '*'), random()); }],
    defaults: [1, async () => { await lab.page.evaluate(() => document.getElementById('defaults')!.click()); }],
  };
  const bag = Object.entries(acts).flatMap(([name, [weight]]) => Array<string>(weight).fill(name));
  let count = 0, stuck = 0, left = 0;
  const errors: string[] = [], memory: number[] = [];
  let next_measure = Date.now();
  while (Date.now() < until) {
    const name = pick(bag);
    trail.push(name);
    trail.splice(0, trail.length - 12);
    try {
      await Promise.race([lab.page.evaluate(() => window.downhill.ready).then(acts[name]![1]), new Promise((_, reject) => setTimeout(() => reject(new Error('10 s without an answer')), 10000))]);
      const at = await lab.page.evaluate(() => location.pathname);
      if (!decodeURIComponent(at).includes('第3章')) ++left;
    } catch (error) {
      // a page that was left or reloaded (a link, a key of the browser's) is opened again; everything else is a finding
      if (/context was destroyed|detached|navigat/i.test((error as Error).message)) ++left;
      else {
        ++stuck;
        errors.push(`${name}: ${(error as Error).message} after ${trail.join(' ')}`);
        if (stuck > 20) break;
      }
      await lab.close().catch(() => undefined);
      errors.push(...lab.faults);
      lab = await open_lab(chromium, site.origin, { drawn: true, query: '?lang=zh' });
    }
    if (lab.faults.length) { errors.push(...lab.faults.splice(0).map((f) => `${f} after ${trail.join(' ')}`)); if (errors.length > 20) break; }
    ++count;
    if (Date.now() > next_measure) {
      next_measure += 30000;
      memory.push(await heap(lab.page));
      // alive? an answer from the app and, when something moves, a frame
      const alive = await Promise.race([lab.page.evaluate(() => window.downhill.results().length >= 1), new Promise<boolean>((r) => setTimeout(() => r(false), 10000))]);
      if (!alive) errors.push(`no answer after ${trail.join(' ')}`);
    }
  }
  errors.push(...lab.faults);
  await lab.close().catch(() => undefined);
  say(errors.length === 0, `monkey, seed ${seed}, ${for_minutes} minutes: ${count} acts, ${errors.length} errors, opened again ${left} times; heap ${memory.map((m) => (m / 1e6).toFixed(1)).join(' ')} MB`);
  for (const error of errors.slice(0, 20)) console.log('    ' + error);
}

await reloads(Math.max(20, Math.round(200 * scale)));
await kills(Math.max(10, Math.round(200 * scale)));
await losses(Math.max(5, Math.round(50 * scale)));
await monkey(minutes);
await chromium.close();
site.close();
process.exit(bad ? 1 : 0);
