// The public interface can't be broken: calls and messages of every type, size, nesting and order, in the page and in an
// embedding frame; links of any content. What is refused is refused in a sentence, and numbers stay what they are.
// The calls are drawn from DOWNHILL_SEED, or else from the clock; the seed is printed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { deflateSync, gunzipSync } from 'node:zlib';
import type { Browser, Frame, Page } from 'puppeteer-core';
import { base, browser, change_language, labs, open_lab, results, serve, settle } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const seed = Number(process.env.DOWNHILL_SEED ?? Date.now() % 1_000_000);
const calls = 20_000;
const short = { downhill: 1, data: { train: 300, test: 100 }, batch: 20, epochs: 2, lanes: [{ label: 'A' }, { label: 'B', optimizer: { name: 'adam', lr: 0.001 } }] };
const native_hashes = () => {
  mkdirSync('build', { recursive: true });
  writeFileSync('build/interface.json', JSON.stringify(short));
  return execFileSync('build/native/downhill', ['hash', 'build/interface.json']).toString().trim().split('\n').map((line) => line.split('\t')[1]);
};
/** What a refusal must never hold: paths of the build machine, the engine's or the browser's own words. */
const raw = /\/work|\/root|\.[ch]pp|Abort|abort|assert|RuntimeError|TypeError|undefined|\[object|Cannot|Failed to execute|JSON\.parse|Unexpected|exception|nlohmann|�/;
/** In the page's language, on one line and short, and nothing raw. */
const is_sentence = (text: unknown) => typeof text === 'string' && /[\u4e00-\u9fff]/.test(text) && text.length < 1000 && !/[\u0000-\u001f\u007f-\u009f]/.test(text) && !raw.test(text);

/** Runs in the page: a source of random verbs and values. `cloneable`: only what postMessage takes. */
function chaos(seed: number, cloneable: boolean, experiment: any, labs: string[]) {
  let state = seed >>> 0;
  const random = () => { state = (state + 0x6d2b79f5) >>> 0; let t = Math.imul(state ^ (state >>> 15), 1 | state); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296; };
  const below = (n: number) => Math.floor(random() * n), pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const outside = ['getState', 'setState', 'start', 'pause', 'step', 'reset', 'seek', 'undo', 'redo', 'show', 'explain', 'results', 'items', 'stats'];
  const inner = ['verb', 'call', 'arguments', 'worker_hopeless', 'worker_restarted', 'workers', 'pack_failed', 'defaults', 'set_field', 'reset_field', 'typed', 'pad', 'hide', 'theme', 'open_preset', 'activate', 'graphics', 'csv', 'script', 'weights',
    'public_verbs', 'ready', 'on', 'constructor', '__proto__', 'toString', 'hasOwnProperty', 'then', '', 'getstate', 'get_state', 'set_state', '*', 'a'.repeat(5000), '\u0000', '\ud800', '下山'];
  const keys = ['lab', 'preset', 'view', 'lane', 'other', 'metric', 'second', 'axis', 'log', 'batch_losses', 'tab', 'at', 'mode', 'image', 'verb', 'worker', '__proto__', 'x', '', 'downhill', 'lanes', 'title', 'label', 'data', 'network', 'optimizer'];
  const words = [...labs, 'none', 'weights', 'units', 'sweep', 'test_loss', 'train_accuracy', 'examples', 'steps', 'nine', 'dropout_cures', 'chain', 'boundary', 'reset', 'full', 'epoch', '500 examples', 'sgd', 'adam', 'relu', 'a', '',
    '0', 'NaN', '\u0000\u001b[31m', '\u202e', '\ud800', '\udc00x', '\ufffe', '😀'.repeat(9), '<script>', '{1}{2}', '~', '/', '\\"', '"}', 'x'.repeat(3000), '好'.repeat(300)];
  const numbers = [0, 1, 2, 3, 7, 40, -1, -2, 0.5, 1e-9, 1e308, -1e308, 9007199254740991, 2 ** 53, 2 ** 63, 2 ** 31, 255, 256, NaN, Infinity, -Infinity, -0];
  const deep = (levels: number) => { let value: any = pick([1, [], {}]); for (let i = 0; i < levels; ++i) value = i % 2 ? [value] : { a: value }; return value; };
  const odd = (): unknown => {
    switch (below(cloneable ? 10 : 18)) {
      case 0: return new Date(0);
      case 1: return new Map([[1, 2]]);
      case 2: return new Uint8Array(below(300));
      case 3: return 10n ** 30n;
      case 4: return deep(pick([5, 11, 13, 100, 2000]));
      case 5: { const loop: any = { a: 1 }; loop.a = loop; return loop; }
      case 6: return /x/g;
      case 7: return new Error('x');
      case 8: return new Array(below(2000)).fill(pick(numbers));
      case 9: return pick(words).repeat(below(20));
      case 10: return Symbol('x');
      case 11: return () => 1;
      case 12: return { get a() { throw new TypeError('trap'); } };
      case 13: return { toJSON() { return pick([undefined, 7, 'x', null]); } };
      case 14: return { toJSON() { throw new Error('trap'); } };
      case 15: return new Proxy({}, { ownKeys() { throw new RangeError('trap'); } });
      case 16: return window;
      default: return document.body;
    }
  };
  const value = (depth = 0): unknown => {
    switch (below(depth > 3 ? 4 : 8)) {
      case 0: return pick(numbers);
      case 1: return pick(words);
      case 2: return pick([true, false, null, undefined]);
      case 3: return pick([below(24), below(300), random(), '' + below(9)]);
      case 4: return Array.from({ length: below(4) }, () => value(depth + 1));
      case 5: case 6: return Object.fromEntries(Array.from({ length: below(4) }, () => [pick(keys), value(depth + 1)]));
      default: return odd();
    }
  };
  // an experiment with a thing or two out of place
  const changed = () => {
    const e = structuredClone(experiment), places: [any, string][] = [];
    const walk = (at: any) => { for (const key of Object.keys(at)) { places.push([at, key]); if (typeof at[key] === 'object' && at[key]) walk(at[key]); } };
    walk(e);
    for (let n = below(3); n > 0; --n) {
      const [at, key] = pick(places);
      if (random() < 0.3) delete at[key];
      else if (random() < 0.3) at[pick(keys)] = value(2);
      else at[key] = value(2);
    }
    return e;
  };
  const looks = () => Object.fromEntries(Array.from({ length: below(4) }, () => pick<[string, unknown]>([['lab', pick(labs)], ['view', pick(['none', 'samples', 'weights', 'units', 'sweep', 'differences', 'boundary', 'draw', 'masks', 'predictions', 'confusion', 'optimizer', 'passes'])],
    ['lane', below(24)], ['other', below(25) - 1], ['metric', pick(['test_loss', 'lr', 'update_ratio'])], ['axis', pick(['examples', 'epochs', 'steps', 'seconds'])], ['log', below(2)], [pick(keys), value(2)]])));
  const argument = (verb: string): unknown => {
    if (verb === 'setState' && random() < 0.7) return random() < 0.2 ? JSON.stringify(changed(), (_, v) => (typeof v === 'bigint' ? '' + v : v === window || v === document.body ? 0 : v)) : changed();
    if (verb === 'show' && random() < 0.7) return looks();
    if ((verb === 'step' || verb === 'seek') && random() < 0.5) return pick([0, 1, 5, 12, 30, -3, 1e9, -1e15]);
    return value();
  };
  const draw = () => {
    const verb = random() < 0.85 ? pick(outside) : random() < 0.05 ? 'screenshot' : pick(inner);
    let args: unknown[] = [];
    try { args = Array.from({ length: random() < 0.7 ? (/setState|show|seek|step/.test(verb) ? 1 : 0) : below(4) }, () => argument(verb)); } catch { /* a trap of our own went off */ }
    return { verb, args };
  };
  return { draw, value, random, pick };
}

test(`${calls} random calls and messages: refusals are sentences, and a race afterwards has the native hashes (seed ${seed})`, async (t) => {
  t.diagnostic(`DOWNHILL_SEED=${seed}`);
  // ---- in the page ----
  const { page, faults, close } = await open_lab(chromium, site.origin);
  await page.evaluate(`window.chaos = (${chaos})(${seed}, false, ${JSON.stringify(short)}, ${JSON.stringify(labs)})`);
  const tally: Record<string, [number, number]> = Object.create(null); // verbs are named like parts of Object, too
  for (let done = 0; done < calls / 2; done += 250) {
    const batch = await page.evaluate(async (n) => {
      const { draw } = (window as any).chaos, out: [string, string | null][] = [], names = new Set(Object.keys(window.downhill));
      for (let i = 0; i < n; ++i) {
        const { verb, args } = draw();
        // what is no verb is no function: it can only be tried by message
        if (!names.has(verb) || verb === 'ready') continue;
        try { await (window.downhill as any)[verb](...args); out.push([verb, null]); } catch (error) { out.push([verb, error instanceof Error && error.constructor === Error ? error.message : `raw ${(error as object)?.constructor?.name} ${error}`]); }
      }
      return out;
    }, 300);
    await settle(page);
    for (const [verb, error] of batch) {
      const row = (tally[verb] ??= [0, 0]);
      ++row[error === null ? 0 : 1];
      assert.ok(error === null || is_sentence(error), `${verb}: ${error}`);
    }
  }
  t.diagnostic(JSON.stringify(tally));
  for (const verb of ['getState', 'setState', 'start', 'pause', 'step', 'reset', 'seek', 'undo', 'redo', 'show', 'explain', 'results', 'items', 'stats', 'screenshot', 'on']) assert.ok(tally[verb]?.[1], `${verb} was never refused`);
  for (const verb of ['getState', 'setState', 'start', 'pause', 'step', 'reset', 'seek', 'undo', 'redo', 'show', 'explain', 'results', 'items', 'stats', 'screenshot']) assert.ok(tally[verb]?.[0], `${verb} was never done`);
  const race = async (on: Page | Frame) => {
    await on.evaluate(async (e) => { window.downhill.show({ lab: 'race' } as object); await window.downhill.setState(e); window.downhill.reset(); window.downhill.start(); }, short);
    await on.waitForFunction(() => window.downhill.results().every((r) => r.status === 'finished'), { timeout: 120000, polling: 200 });
    return on.evaluate(() => window.downhill.results().map((r) => r.hash));
  };
  const native = native_hashes();
  assert.deepEqual(await race(page), native);
  assert.deepEqual(faults, []);
  await close();

  // ---- as messages from an embedding page ----
  await embedded(async (host, frame, wrong) => {
    await host.evaluate(`window.chaos = (${chaos})(${seed + 1}, true, ${JSON.stringify(short)}, ${JSON.stringify(labs)})`);
    const heard: Record<string, [number, number]> = Object.create(null);
    for (let done = 0; done < calls / 2; done += 250) {
      const batch = await host.evaluate(async (n, first) => {
        const { draw, value, random } = (window as any).chaos, to = document.querySelector('iframe')!.contentWindow!;
        const waiting = new Map<unknown, string>(), out: [string, string | null][] = [];
        let unasked = 0, finish = () => {};
        const all = new Promise<void>((resolve) => { finish = resolve; });
        const hear = (event: MessageEvent) => {
          const m = event.data;
          if (m?.downhill !== 1 || m.event !== undefined || m.id === null) return;
          if (!waiting.has(m.id)) ++unasked;
          else out.push([waiting.get(m.id)!, 'error' in m ? m.error : null]);
          waiting.delete(m.id);
          if (!waiting.size) finish();
        };
        addEventListener('message', hear);
        for (let i = 0; i < n; ++i) {
          const { verb, args } = draw(), id = `${first + i}`;
          const odd = random() < 0.2;
          try {
            if (odd) to.postMessage(random() < 0.5 ? value() : { downhill: value(), id: [value()], verb: value(), args: value(), event: value() }, '*');
            else to.postMessage({ downhill: 1, id, verb, args: random() < 0.05 ? value() : args }, '*'), waiting.set(id, verb);
          } catch { /* can't be cloned: never sent */ }
        }
        to.postMessage({ downhill: 1, id: `${first}-`, verb: 'stats' }, '*'), waiting.set(`${first}-`, 'stats');
        const timer = setTimeout(finish, 120000);
        await all;
        clearTimeout(timer);
        removeEventListener('message', hear);
        return { out, unasked, left: [...waiting.values()].map((v) => v.slice(0, 40)) };
      }, 250, done);
      assert.deepEqual([batch.unasked, batch.left], [0, []]);
      for (const [verb, error] of batch.out) {
        const row = (heard[verb.slice(0, 20)] ??= [0, 0]);
        ++row[error === null ? 0 : 1];
        assert.ok(error === null || is_sentence(error), `${verb}: ${error}`);
      }
    }
    t.diagnostic(JSON.stringify(heard));
    for (const verb of ['worker_hopeless', 'open_preset', 'on', 'constructor', 'get_state']) assert.ok(heard[verb]?.[1] && !heard[verb]?.[0], `${verb} must be refused`);
    assert.deepEqual(await race(frame), native);
    assert.deepEqual(wrong, []);
  });
});

/** A page of another origin with the single file in a sandboxed frame. */
async function embedded(act: (host: Page, frame: Frame, faults: string[]) => Promise<void>): Promise<void> {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><body><iframe src="${site.origin}${encodeURI(base)}downhill.html?embed=1&lang=zh" style="width:800px;height:600px" sandbox="allow-scripts"></iframe>`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve).unref()); // a test that fails may leave it
  const context = await chromium.createBrowserContext(), host = await context.newPage(), faults: string[] = [];
  host.on('console', (m) => { if (m.type() === 'error' && !/favicon/.test(m.location().url ?? '')) faults.push(m.text()); });
  host.on('pageerror', (e) => faults.push((e as Error).message));
  await host.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  const frame = (await (await host.waitForSelector('iframe'))!.contentFrame())!;
  await frame.waitForFunction(() => window.downhill?.ready.then(() => true), { timeout: 60000 });
  await act(host, frame, faults);
  await context.close();
  server.close();
}

test('show takes no verb: nothing inner runs by a key, and arguments are refused by name', async () => {
  const { page, faults, close } = await open_lab(chromium, site.origin);
  await page.evaluate((e) => window.downhill.setState(e), short);
  await page.evaluate(() => window.downhill.step(5));
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step === 5), { timeout: 60000 });
  const told = (call: string) => page.evaluate(`(async () => { try { await ${call}; return null; } catch (error) { return error.message; } })()`) as Promise<string | null>;
  for (const what of ['{verb: "reset"}', '{verb: "worker_hopeless", worker: 0}', '{verb: "setState", experiment: {}}', '{call: "reset"}']) assert.ok(is_sentence(await told(`downhill.show(${what})`)), what);
  assert.deepEqual((await results(page)).map((r) => [r.step, r.status]), [[5, 'paused'], [5, 'paused']]);
  for (const [call, why] of [['setState()', /setState：缺少“experiment”/], ['step("a")', /step\(n\)：这里应为/], ['seek(NaN)', /seek\(step\)：这里应为/], ['seek()', /缺少“step”/], ['seek(1.5)', /这里应为/], ['start(1)', /start：给了 1 个参数/], ['show()', /show：这里应为/], ['show(7)', /show：这里应为/],
    ['show({view: "nonsense"})', /show\(view\)：不认识“nonsense”/], ['show({lane: "1"})', /show\(lane\)：/], ['step(1n)', /“step”的参数写不成 JSON/], ['on("never", () => {})', /没有叫“never”的事件/], ['on("state", 7)', /on/]] as const) {
    const text = await told('downhill.' + call);
    assert.ok(is_sentence(text), `${call}: ${text}`);
    assert.match(text!, why);
  }
  assert.equal(await page.evaluate(() => window.downhill.setState(undefined).then(() => 'resolved', () => 'rejected')), 'rejected');
  // in the page's language
  await change_language(page);
  assert.match((await told('downhill.seek(NaN)'))!, /^seek\(step\): expected 1, 2, 3, … here$/);
  await change_language(page);
  // and as documented
  await page.evaluate(() => { window.downhill.step(); window.downhill.show({ view: 'units', lane: 1, log: 1 }); });
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step === 6), { timeout: 60000 });
  assert.deepEqual(faults, []);
  await close();
});

test('the verbs of the table are those of the interface, and of its description', async () => {
  const { page, close } = await open_lab(chromium, site.origin);
  const described = [...readFileSync('web/page/downhill_api.ts', 'utf8').split('export interface Downhill {')[1]!.split('\n}')[0]!.matchAll(/^ {2}(\w+)[(:]/gm)].map((m) => m[1]!).sort();
  assert.deepEqual(await page.evaluate(() => Object.keys(window.downhill).sort()), described);
  const told = readFileSync('web/page/embedding.html', 'utf8');
  for (const verb of described) if (verb !== 'ready' && verb !== 'on') assert.ok(told.includes(`<code>${verb}`), `embedding.html says nothing of ${verb}`);
  // and what presets show is what show takes
  for (const preset of JSON.parse(readFileSync('assets/presets.json', 'utf8')) as { lab: string; show: object }[]) await page.evaluate((what) => window.downhill.show(what), { lab: preset.lab, ...preset.show });
  await close();
});

test('a link of any content draws its first frame within a second; what it can’t hold is refused in a sentence', async (t) => {
  const link = (text: string | object) => '#x=' + deflateSync(Buffer.from(typeof text === 'string' ? text : JSON.stringify(text)), { level: 9 }).subarray(2, -4).toString('base64url');
  const lanes = (n: number, lane: object = {}) => Array.from({ length: n }, () => lane), e = (more: object) => ({ ...short, ...more });
  const long = 'W'.repeat(200), letters = '好'.repeat(100_000);
  const refused: Record<string, string> = {
    'a label of 100,000 letters': link(e({ lanes: [{ label: letters }] })), 'a title of 100,000 letters': link(e({ title: { zh: letters, en: letters } })), 'one letter too many': link(e({ title: long + 'W' })),
    'a bomb': link(' '.repeat(14_000_000)), 'a bomb of text': link(e({ title: 'x'.repeat(9_000_000) })), 'control characters': link(e({ title: 'a\u0000b\u001b[31m\n' })), 'turned round': link(e({ lanes: [{ label: '\u202egnol' }] })), 'lone surrogates': link(JSON.stringify(e({ title: 'x' })).replace('"x"', '"\\ud800"')),
    'no UTF-8': '#x=' + deflateSync(Buffer.concat([Buffer.from('{"downhill":1,"title":"'), Buffer.from([0xff, 0xfe, 0xc0]), Buffer.from('"}')])).subarray(2, -4).toString('base64url'),
    'many lanes': link(e({ lanes: lanes(5000) })), 'many layers': link(e({ network: { hidden: lanes(5000, { units: 1 }) } })), 'many classes': link(e({ data: { classes: Array.from({ length: 3000 }, (_, i) => i) } })), 'enormous numbers': link(JSON.stringify(e({})).replace('"epochs":2', '"epochs":1e999')), 'a long number': link(JSON.stringify(e({})).replace('"epochs":2', '"epochs":' + '9'.repeat(50_000))),
    'deep lists': link('['.repeat(400_000)), 'deep objects': link('{"a":'.repeat(100_000)), 'deep and closed': link(e({ data: JSON.parse('['.repeat(500) + ']'.repeat(500)) })), 'unknown keys': link(e({ ['k'.repeat(50_000)]: 1 })), 'many unknown keys': link(e(Object.fromEntries(Array.from({ length: 1500 }, (_, i) => ['k' + i, i])))),
    'nothing': '#x=', 'no letters of a link': '#x=%00', 'cut': link(short).slice(0, -9), 'too long': '#x=' + 'A'.repeat(30_000),
  };
  const taken: Record<string, string> = {
    'the longest labels, everywhere': link(e({ title: { zh: '好'.repeat(200), en: long }, lanes: lanes(24, { label: { zh: '好'.repeat(200), en: long } }) })), 'everything at its most': link({ downhill: 1, epochs: 10000, repeats: 20, evaluate: { every: 1 }, batch: 1, network: { hidden: lanes(8, { units: 1024, activation: 'crelu' }) }, lanes: lanes(24) }),
    'toys at their most': link({ downhill: 1, data: { source: 'spirals', train: 1 }, batch: 1, epochs: 10000, lanes: lanes(24) }), 'looks of all kinds': link(short) + '&lab=dropout&view=units&lane=999999999&image=999999999&at=99999&mode=7&tab=x', 'a lab alone': '#activations&at=-99999',
  };
  const { page, faults, close } = await open_lab(chromium, site.origin, { query: '?lang=zh&theme=light&workers=1' });
  const drawn_ms: Record<string, number> = {}; // told, not judged: the machine may be busy
  for (const [name, hash] of [...Object.entries(refused), ...Object.entries(taken)]) {
    assert.ok(hash.length < 40_000, `${name}: ${hash.length}`);
    const before = await page.evaluate(() => JSON.stringify(window.downhill.getState()));
    const { first_ms, said } = await page.evaluate(async (to) => {
      document.getElementById('notice')!.hidden = true;
      history.replaceState(null, '', '#race');
      const begin = performance.now();
      const followed = new Promise((resolve) => { addEventListener('hashchange', resolve, { once: true }); });
      location.hash = to;
      await followed;
      const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
      await frame(), await frame();
      const notice = document.getElementById('notice')!;
      return { first_ms: performance.now() - begin, said: notice.hidden ? '' : notice.firstElementChild!.textContent };
    }, hash);
    if (name in refused) {
      assert.ok(is_sentence(said), `${name}: ${said}`);
      assert.equal(await page.evaluate(() => JSON.stringify(window.downhill.getState())), before, name);
    }
    drawn_ms[name] = Math.round(first_ms);
  }
  t.diagnostic(`ms to the first two frames: ${JSON.stringify(drawn_ms)}`);
  assert.deepEqual(faults, []);
  await close();
});

test('the address can’t be broken either: wrong values of every parameter are said, and the page starts', async () => {
  const { page, faults, close } = await open_lab(chromium, site.origin, { query: `?lang=zh&theme=${'x'.repeat(500)}&view=${encodeURIComponent('\u0000nonsense')}&lesson=${'好'.repeat(900)}&hide=everything,,%00&workers=1e9&autorun=%ff&simd=%00` });
  assert.ok(is_sentence(await page.$eval('#notice span, #notice :first-child', (n) => n.textContent)));
  assert.ok((await page.evaluate(() => window.downhill.items())).length > 10);
  assert.deepEqual(faults, []);
  await close();
});

test('without graphics and in the form view a picture is refused in a sentence', async () => {
  for (const options of [{ before: 'HTMLCanvasElement.prototype.getContext = ((own) => function (kind, ...rest) { return /webgl/.test(kind) ? null : own.call(this, kind, ...rest); })(HTMLCanvasElement.prototype.getContext)' }, {}]) {
    const { page, close } = await open_lab(chromium, site.origin, options);
    await page.evaluate(() => { if (!document.body.dataset.form) document.getElementById('accessible')!.click(); });
    await settle(page);
    const told = await page.evaluate(() => window.downhill.screenshot().then(() => 'a picture', (error: Error) => error.message));
    assert.ok(is_sentence(told), told);
    await close();
  }
});

test('no file of the site names a folder of the machine that built it', () => {
  for (const file of readdirSync('dist/site').filter((name) => /\.(wasm|js|html|css)$/.test(name))) {
    const bytes = readFileSync('dist/site/' + file), text = (file.endsWith('.wasm') ? gunzipSync(bytes) : bytes).toString('latin1');
    for (const folder of [process.cwd(), process.env.HOME ?? '/root', '/.cache/']) assert.ok(!text.includes(folder), `${file}: ${folder} …${text.slice(Math.max(0, text.indexOf(folder) - 40), text.indexOf(folder) + 80)}`);
  }
});
