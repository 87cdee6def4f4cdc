// In a course page: the element, the messages, sandboxes, out of sight, small frames, a good guest.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser, Frame, Page, Viewport } from 'puppeteer-core';
import { base, browser, screenshot, serve } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(undefined, [], (file) => (file === 'downhill-embed.js' ? { 'access-control-allow-origin': '*' } : {} as Record<string, string>)); chromium = await browser([], true); }); // whole: its fingers scroll
after(async () => { await chromium?.close(); site?.close(); });

/** A course page of another origin with this body. */
async function course(body: string, act: (page: Page, faults: string[]) => Promise<void>, size: Viewport = { width: 900, height: 800 }): Promise<void> {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html><title>课程</title><body style="margin:0">${body}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve).unref()); // a test that fails may leave it
  const context = await chromium.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport(size);
  page.setDefaultTimeout(90000); // three labs at once, drawn in software, beside other tests
  const faults: string[] = [];
  page.on('console', (m) => { if (m.type() === 'error' && !/favicon/.test(m.location().url ?? '')) faults.push(m.text()); });
  page.on('pageerror', (e) => faults.push((e as Error).message));
  try {
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    await act(page, faults);
  } finally { // else nothing would ever end after a test that failed
    await context.close();
    server.closeAllConnections();
    server.close();
  }
}
const address = () => site.origin + encodeURI(base);
const script = () => `<script src="${address()}downhill-embed.js"></script>`;
/** A script of the course page that notes what the labs above it say, as `heard`: from the first moment. */
const hear = (...names: string[]) => `<script>heard = []; for (const lab of document.querySelectorAll('downhill-lab')) for (const name of ${JSON.stringify(names)}) lab.addEventListener('downhill-' + name, (e) => heard.push([lab.id, name, e.detail]));</script>`;
const frame_of = async (page: Page, selector = 'iframe'): Promise<Frame> => (await (await page.waitForSelector(selector))!.contentFrame())!;
/** A frame of another process is waited for 30 s, whatever timeout is asked for: on a busy machine that may be too short. */
async function ready(frame: Frame, tries = 3): Promise<void> {
  try { await frame.waitForFunction(() => window.downhill?.ready.then(() => true), { timeout: 60000 }); } catch (error) {
    if (tries <= 1 || !/Timed out after waiting/.test((error as Error).message)) throw error;
    await ready(frame, tries - 1);
  }
}
const short = { downhill: 1, data: { train: 200, test: 100 }, batch: 20, epochs: 2, lanes: [{ label: 'A' }, { label: 'B', optimizer: { name: 'adam', lr: 0.001 } }] };

test('the element in a course page: sandboxed, with its own experiment, its verbs and events; no header', async () => {
  await course(`${script()}<p>正文</p><downhill-lab id="lab" lang="zh" theme="light" experiment='${JSON.stringify(short)}'></downhill-lab>${hear('ready', 'finished', 'progress', 'height')}`, async (page, faults) => {
    const call = (verb: string, ...args: unknown[]) => page.evaluate((v, a) => (document.getElementById('lab') as any).call(v, ...a), verb, args) as Promise<any>;
    const frame = await frame_of(page);
    await ready(frame);
    assert.equal(await frame.evaluate(() => window.origin), 'null', 'an origin of its own');
    assert.equal(await frame.evaluate(() => getComputedStyle(document.querySelector('header')!).display), 'none');
    await page.waitForFunction(async () => ((await (document.getElementById('lab') as any).call('getState')).lanes.length) === 2);
    await call('start');
    await page.waitForFunction(() => (window as any).heard.some(([, name]: string[]) => name === 'finished'), { timeout: 60000 });
    const results = await call('results');
    assert.deepEqual(results.map((r: any) => [r.label, r.status]), [['A', 'finished'], ['B', 'finished']]);
    const direct = await frame.evaluate(() => window.downhill.results().map((r) => r.hash));
    assert.deepEqual(results.map((r: any) => r.hash), direct);
    await call('seek', 5);
    await page.waitForFunction(async () => ((await (document.getElementById('lab') as any).call('results'))[0].step) === 5);
    const picture = await call('screenshot');
    assert.ok(Object.keys(picture).length > 1000 && picture[1] === 0x50);
    for (const [verb, args, why] of [['fly', [], /没有叫“fly”的命令/], ['seek', ['x'], /seek.*应/], ['start', [1, 2], /给了 2 个参数/], ['setState', [{ nonsense: 1 }], /./]] as const)
      await assert.rejects(call(verb, ...args), why);
    assert.ok((await page.evaluate(() => (window as any).heard)).some(([, name, px]: [string, string, number]) => name === 'height' && px === 680));
    assert.deepEqual(faults, []);
    await screenshot(page, 'embed-element');
  });
});

test('calls before the lab has loaded are answered; those to a lab that is taken away, or was never there, are refused in a sentence', async () => {
  await course(`${script()}<downhill-lab id="lab" lang="en" experiment='${JSON.stringify(short)}'></downhill-lab>`, async (page, faults) => {
    // at once, before anything of the frame is there; in order, after the experiment
    const early = await page.evaluate(async () => {
      const lab = document.getElementById('lab') as any;
      const [, state, results] = await Promise.all([lab.call('step', 3), lab.call('getState'), lab.call('results')]);
      return { lanes: state.lanes.map((l: any) => l.label), labels: results.map((r: any) => r.label) };
    });
    assert.deepEqual(early, { lanes: ['A', 'B'], labels: ['A', 'B'] });
    await page.waitForFunction(async () => (await (document.getElementById('lab') as any).call('results')).every((r: any) => r.step === 3));
    const refused = await page.evaluate(async () => {
      const said = (promise: Promise<unknown>) => promise.then(() => 'answered', (error: Error) => error.message);
      const lab = document.createElement('downhill-lab') as any, loose = await said(lab.call('getState'));
      lab.setAttribute('lang', 'en');
      document.body.append(lab);
      const waiting = said(lab.call('getState'));
      lab.remove();
      const there = document.getElementById('lab') as any;
      const sent = said(there.call('screenshot')), unsendable = await said(there.call('setState', () => 0));
      there.remove();
      return [loose, await waiting, await sent, await said(there.call('results')), unsendable];
    });
    assert.match(refused[0]!, /no more|拿走/);
    for (const text of refused.slice(1, 4)) assert.match(text, /^This lab has been taken off the page/);
    assert.match(refused[4]!, /could not be cloned/);
    assert.deepEqual(faults, []);
  });
});

test('a frame with anything but the lab in it: calls are refused, and the page is told', async () => {
  const bare = await serve((file, content) => (file === 'downhill.html' ? Buffer.from('<!doctype html>not found') : content));
  await course(`<script src="${bare.origin + encodeURI(base)}downhill-embed.js"></script><downhill-lab id="lab" lang="zh"></downhill-lab>`, async (page) => {
    const told = await page.evaluate(async () => {
      const lab = document.getElementById('lab') as any, error = new Promise((resolve) => lab.addEventListener('downhill-error', (e: CustomEvent) => resolve(e.detail)));
      const said = () => lab.call('getState').then(() => 'answered', (e: Error) => e.message);
      return [await said(), await error, await said()];
    });
    for (const text of told) assert.match(String(text), /^框里没有下山/);
  });
  bare.close();
});

test('an experiment that can\'t be read or is refused: the lab is ready all the same, and says in a sentence what is wrong', async () => {
  const wrong = { malformed: '{"downhill": 1, lanes: []}', refused: JSON.stringify({ ...short, batch: -5 }), list: '[1, 2]', empty: '' };
  await course(`${script()}${Object.entries(wrong).map(([id, text]) => `<downhill-lab id="${id}" lang="zh" height="300" experiment='${text}'></downhill-lab>`).join('')}${hear('ready', 'error')}`, async (page, faults) => {
    for (const id of Object.keys(wrong)) {
      await page.evaluate((i) => document.getElementById(i)!.scrollIntoView(), id);
      await page.waitForFunction((i) => ['ready', 'error'].every((name) => (window as any).heard.some((h: string[]) => h[0] === i && h[1] === name)), { timeout: 60000 }, id);
      const errors = (await page.evaluate(() => (window as any).heard as string[][])).filter((h) => h[0] === id && h[1] === 'error');
      assert.equal(errors.length, 1, JSON.stringify(errors));
      assert.match(errors[0]![2]!, /[\u4e00-\u9fff]/, 'in the lab\'s language');
      if (id === 'refused') assert.match(errors[0]![2]!, /\/batch/, 'with its place');
      assert.equal(await page.evaluate(async (i) => (await (document.getElementById(i) as any).call('getState')).lanes.length, id), 9, 'as it was');
    }
    assert.deepEqual(faults, []);
  });
});

test('the script loaded twice, or as a module; an experiment that runs by itself; attributes that change later', async () => {
  await course(`${script()}${script()}<script type="module" src="${address()}downhill-embed.js"></script><downhill-lab id="lab" lang="zh" autorun experiment='${JSON.stringify(short)}'></downhill-lab>`, async (page, faults) => {
    const call = (verb: string, ...args: unknown[]) => page.evaluate((v, a) => (document.getElementById('lab') as any).call(v, ...a), verb, args) as Promise<any>;
    const set = (name: string, value: string) => page.evaluate((n, v) => document.getElementById('lab')!.setAttribute(n, v), name, value);
    await page.waitForFunction(async () => (await (document.getElementById('lab') as any).call('results')).every((r: any) => r.status === 'finished'), { timeout: 60000 });
    assert.deepEqual((await call('results')).map((r: any) => r.label), ['A', 'B']);
    // in place: height, title, experiment
    const kept = await page.$('iframe');
    await set('height', '420');
    await set('title', '实验一');
    assert.deepEqual(await page.$eval('iframe', (f) => [f.style.height, f.title, f.allow]), ['420px', '实验一', 'clipboard-write']);
    await page.evaluate(() => { const lab = document.getElementById('lab')!; (window as any).error = null; lab.addEventListener('downhill-error', (e) => { (window as any).error = (e as CustomEvent).detail; }); });
    await set('experiment', JSON.stringify({ ...short, lanes: [{ label: 'C' }] }));
    await page.waitForFunction(async () => (await (document.getElementById('lab') as any).call('results')).map((r: any) => `${r.label} ${r.status}`).join() === 'C finished', { timeout: 60000 });
    await set('experiment', '{');
    await page.waitForFunction(() => (window as any).error !== null);
    assert.deepEqual((await call('results')).map((r: any) => r.label), ['C']);
    assert.equal(await kept!.evaluate((f) => f.isConnected), true, 'the same frame');
    // anew, once for several: the rest; what waits is answered by the new one
    const labs = await page.evaluate(async () => {
      const lab = document.getElementById('lab') as any;
      lab.removeAttribute('experiment');
      lab.removeAttribute('autorun');
      lab.setAttribute('view', 'dropout');
      lab.setAttribute('lang', 'en');
      const waits = lab.call('items').then(() => 'answered', (e: Error) => e.message);
      await new Promise((resolve) => lab.addEventListener('downhill-ready', resolve, { once: true }));
      return [lab.querySelectorAll('iframe').length, new URL(lab.querySelector('iframe').src).search, await waits, (await lab.call('items')).some((i: any) => i.id === 'drop.p.0')];
    });
    assert.deepEqual(labs.slice(0, 2), [1, '?embed=1&view=dropout&lang=en']);
    assert.match(String(labs[2]), /^(answered|This lab was loaded anew)/);
    await page.waitForFunction(async () => (await (document.getElementById('lab') as any).call('items')).some((i: any) => i.id === 'drop.p.0'));
    // taken away and put elsewhere
    await page.evaluate(() => { const lab = document.getElementById('lab')!, box = document.createElement('div'); document.body.append(box); box.append(lab); });
    assert.equal((await call('getState')).downhill, 1);
    assert.deepEqual(faults, []);
  });
});

test('a lab out of sight that is asked for something answers; the others still sleep', async () => {
  await course(`${script()}<div style="height:6000px"></div><downhill-lab id="asked" height="400"></downhill-lab><downhill-lab id="other" height="400" experiment='${JSON.stringify(short)}'></downhill-lab>`, async (page, faults) => {
    assert.equal(await page.evaluate(async () => (await (document.getElementById('asked') as any).call('getState')).lanes.length), 9);
    const other = await (await page.$('#other iframe'))!.contentFrame();
    assert.ok(await other.evaluate(() => !window.downhill || !('items' in window.downhill)).catch(() => true));
    assert.deepEqual(faults, []);
  });
});

test('Ctrl+C in the lab copies its table: from the element, and from a frame that grants nothing', async () => {
  for (const frame_in of [`${script()}<downhill-lab lang="en"></downhill-lab>`, `<iframe src="${address()}downhill.html?embed=1&lang=en" style="width:800px;height:600px" sandbox="allow-scripts"></iframe>`])
    await course(`${frame_in}<textarea id="paste" style="position:fixed;top:0;right:0"></textarea>`, async (page, faults) => {
      const frame = await frame_of(page);
      await ready(frame);
      await frame.evaluate((e) => window.downhill.setState(e), short);
      await frame.focus('#canvas');
      const together = async (key: 'c' | 'v') => {
        await page.keyboard.down('Control');
        await page.keyboard.press(key);
        await page.keyboard.up('Control');
      };
      await together('c');
      await new Promise((resolve) => setTimeout(resolve, 500));
      await page.focus('#paste');
      await together('v');
      const text = await page.$eval('#paste', (t) => (t as HTMLTextAreaElement).value);
      assert.match(text, /\nA\t0\t/, frame_in);
      assert.equal(await frame.$eval('#notice', (e) => (e as HTMLElement).hidden), true);
      assert.deepEqual(faults.filter((f) => !/permissions policy|clipboard/i.test(f)), []);
    });
});

test('the site, not the single file, in a frame without an origin: says so, and leads to downhill.html', async () => {
  for (const [language, why] of [['zh', /没有自己的来源.*downhill\.html/], ['en', /no origin of its own.*downhill\.html/]] as const)
    await course(`<script>heard = []; addEventListener('message', (e) => heard.push(e.data));</script><iframe src="${address()}?embed=1&view=dropout&lang=${language}" style="width:700px;height:500px;border:0" sandbox="allow-scripts"></iframe>`, async (page) => {
      let frame = await frame_of(page);
      await frame.waitForFunction(() => document.querySelector('#status a'), { timeout: 20000 });
      assert.match(await frame.$eval('#status', (e) => e.textContent ?? ''), why);
      assert.match(await frame.evaluate(() => window.downhill.ready.then(() => '', (error: Error) => error.message)), why);
      await page.waitForFunction(() => (window as any).heard.some((m: any) => m.event === 'error' && /downhill\.html/.test(m.detail)));
      await screenshot(page, `embed-no-origin-${language}`);
      await frame.click('#status a');
      await page.waitForFunction(() => (window as any).heard.some((m: any) => m.event === 'ready'), { timeout: 60000 });
      frame = await frame_of(page);
      assert.match(frame.url(), /downhill\.html\?embed=1&view=dropout/);
      await frame.waitForFunction((l) => document.documentElement.lang.startsWith(l) && window.downhill.items().some((i) => i.id === 'drop.p.0'), {}, language);
    });
  // and by double click on the site's own index.html
  const context = await chromium.createBrowserContext(), page = await context.newPage();
  await page.goto(`file://${process.cwd()}/dist/site/index.html?lang=en`);
  await page.waitForFunction(() => document.querySelector('#status a'), { timeout: 20000 });
  await page.click('#status a');
  await page.waitForFunction(() => /downhill\.html/.test(location.href) && window.downhill, { timeout: 20000 });
  await page.evaluate(() => window.downhill.ready);
  await context.close();
});

test('a frame without scripts, as some editors make of any, says what it lacks', async () => {
  await course(`<iframe src="${address()}downhill.html?embed=1" style="width:600px;height:400px;border:0" sandbox=""></iframe>`, async (page) => {
    const frame = await frame_of(page);
    await frame.waitForSelector('noscript p');
    // its own content can't be asked where scripts are off: the accessibility tree tells what is shown
    const tree = JSON.stringify(await page.accessibility.snapshot({ includeIframes: true, interestingOnly: false }));
    assert.match(tree, /allow-scripts/);
    await screenshot(page, 'embed-no-scripts');
  });
});

test('a lab and a preset by attribute; parts left out; several on one page, and those out of sight do not start', async () => {
  await course(`${script()}<downhill-lab id="a" view="activations" lang="en" height="500"></downhill-lab><downhill-lab id="b" lesson="overfitting" hide="views,settings" lang="zh" height="500"></downhill-lab><div style="height:4000px"></div><downhill-lab id="c" view="dropout" height="400"></downhill-lab>`, async (page, faults) => {
    const a = await frame_of(page, '#a iframe'), b = await frame_of(page, '#b iframe');
    await ready(a);
    await ready(b);
    await a.waitForFunction(() => window.downhill.items().some((i) => i.id === 'act.relu'));
    assert.equal((await b.evaluate(() => window.downhill.getState() as any)).data.label_noise, 0.2);
    await new Promise((resolve) => setTimeout(resolve, 600));
    const ids = await b.evaluate(() => window.downhill.items().map((i) => i.id));
    assert.ok(!ids.some((i) => i.startsWith('view') || i === 'drawer' || i === 'settings.more'), ids.join());
    const c = await frame_of(page, '#c iframe').catch(() => null);
    const asleep = async () => !c || (await c.evaluate(() => !window.downhill || !('items' in window.downhill)).catch(() => true));
    assert.ok(await asleep());
    await page.evaluate(() => document.getElementById('c')!.scrollIntoView());
    const shown = await frame_of(page, '#c iframe');
    await ready(shown);
    await shown.waitForFunction(() => window.downhill.items().some((i) => i.id === 'drop.p.0'));
    assert.deepEqual(faults, []);
  });
});

for (const width of [320, 480, 600, 800])
  test(`right at ${width} px: nothing stands outside, nothing scrolls, a race runs`, async () => {
    await course(`<iframe src="${address()}downhill.html?embed=1&lang=zh&theme=light&autorun=1" style="width:${width}px;height:640px;border:0" sandbox="allow-scripts"></iframe>`, async (page, faults) => {
      const frame = await frame_of(page);
      await ready(frame);
      await frame.waitForFunction(() => window.downhill.results().some((r) => r.step > 0), { timeout: 60000 });
      await frame.evaluate(() => window.downhill.pause());
      await new Promise((resolve) => setTimeout(resolve, 500));
      const outside = await frame.evaluate(() => window.downhill.items().filter((i) => i.rectangle.x < -1 || i.rectangle.x + i.rectangle.width > innerWidth + 1).map((i) => i.id));
      assert.deepEqual(outside, []);
      assert.equal(await frame.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight), true);
      assert.deepEqual(faults, []);
      await screenshot(page, `embed-${width}`);
    });
  });

test('messages that are none, hostile or huge are answered in a sentence or left alone', async () => {
  await course(`<iframe id="f" src="${address()}downhill.html?embed=1" style="width:800px;height:600px" sandbox="allow-scripts"></iframe>`, async (page, faults) => {
    const frame = await frame_of(page);
    await ready(frame);
    const before = JSON.stringify(await frame.evaluate(() => window.downhill.getState()));
    const answers = await page.evaluate(async () => {
      const heard: any[] = [];
      addEventListener('message', (e) => { if (e.data?.downhill === 1 && !e.data.event) heard.push(e.data); });
      const to = (document.getElementById('f') as HTMLIFrameElement).contentWindow!;
      for (const m of [null, 1, 'x', {}, { downhill: 2, verb: 'start' }, { downhill: 1 }, { downhill: 1, id: {}, verb: 'constructor' }, { downhill: 1, id: 1, verb: '__proto__' }, { downhill: 1, id: 2, verb: 'getState', args: 'no' },
        { downhill: 1, id: 3, verb: 'setState', args: ['x'.repeat(2_000_000)] }, { downhill: 1, id: 4, verb: 'show', args: [7] }, { downhill: 1, id: 5, verb: 'setState', args: [{ downhill: 99 }] }, { downhill: 1, id: 6, verb: 'getState' }]) to.postMessage(m, '*');
      for (let i = 0; i < 100 && !heard.some((h) => h.id === 6); ++i) await new Promise((r) => setTimeout(r, 50));
      return heard.map((h) => [h.id, 'error' in h]);
    });
    assert.deepEqual(answers.filter(([id]) => id !== null).sort(), [[1, true], [2, true], [3, true], [4, true], [5, true], [6, false]]);
    assert.equal(JSON.stringify(await frame.evaluate(() => window.downhill.getState())), before);
    assert.deepEqual(faults, []);
  });
});

test('a good guest: the page scrolls past by wheel, Tab goes in, through and out, browser keys pass', async () => {
  await course(`<button id="above">上</button><iframe src="${address()}downhill.html?embed=1&lang=zh" style="width:800px;height:600px" sandbox="allow-scripts"></iframe><button id="below">下</button><div style="height:3000px"></div>`, async (page, faults) => {
    const frame = await frame_of(page);
    await ready(frame);
    await new Promise((resolve) => setTimeout(resolve, 800));
    await page.mouse.move(300, 300);
    await page.mouse.wheel({ deltaY: 400 });
    await page.waitForFunction(() => scrollY > 100, { timeout: 5000 });
    await page.evaluate(() => scrollTo(0, 0));
    await page.focus('#above');
    let inside = 0;
    for (let i = 0; i < 300; ++i) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);
      if (at === 'IFRAME') ++inside;
      if (at === 'below') break;
    }
    assert.ok(inside > 20, `${inside} stops inside`);
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'below');
    const prevented = await frame.evaluate(() => {
      const out: string[] = [];
      for (const init of [{ key: 'r', ctrlKey: true }, { key: 'f', ctrlKey: true }, { key: 'F5' }, { key: '+', ctrlKey: true }, { key: 'Tab' }]) {
        const event = new KeyboardEvent('keydown', { ...init, bubbles: true, cancelable: true });
        document.getElementById('canvas')!.dispatchEvent(event);
        if (event.defaultPrevented) out.push(init.key);
      }
      return out;
    });
    assert.deepEqual(prevented, []);
    assert.deepEqual(faults, []);
  });
});

test('a good guest by touch: a finger scrolls the course page from plots and buttons without pressing them; a slider keeps its drag; a tap presses', async () => {
  await course(`<meta name="viewport" content="width=device-width"><div style="height:300px">上</div><iframe src="${address()}downhill.html?embed=1&lang=zh" style="width:390px;height:640px;border:0;display:block" sandbox="allow-scripts"></iframe><div style="height:3000px">下</div>`, async (page, faults) => {
    const frame = await frame_of(page);
    await page.evaluate(() => scrollTo(0, 200));
    await ready(frame);
    await frame.waitForFunction(() => window.downhill.results().every((r) => r.curve.length > 0), { timeout: 60000 });
    await new Promise((resolve) => setTimeout(resolve, 800));
    const client = await page.createCDPSession();
    const middle = async (id: string) => {
      const i = await frame.evaluate((wanted) => window.downhill.items().find((item) => item.id === wanted)?.rectangle, id);
      assert.ok(i, id);
      const top = await page.$eval('iframe', (e) => { const { x, y } = e.getBoundingClientRect(); return { x, y }; });
      return { x: top.x + i.x + i.width / 2, y: top.y + i.y + i.height / 2 };
    };
    const swipe = async (from: { x: number; y: number }, dx: number, dy: number) => {
      const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number, y: number) => client.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
      await send('touchStart', from.x, from.y);
      for (let i = 1; i <= 10; ++i) {
        await send('touchMove', from.x + (dx * i) / 10, from.y + (dy * i) / 10);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await send('touchEnd', 0, 0);
      await new Promise((resolve) => setTimeout(resolve, 400));
    };
    for (const id of ['plot', 'start']) {
      await page.evaluate(() => scrollTo(0, 200));
      await swipe(await middle(id), 0, -150);
      await page.waitForFunction(() => scrollY > 280, { timeout: 5000 }).catch(() => undefined); // a busy machine is late
      assert.ok(await page.evaluate(() => scrollY) > 280, `from ${id}: ${await page.evaluate(() => scrollY)}`);
    }
    assert.ok((await frame.evaluate(() => window.downhill.results())).every((r) => r.step === 0), 'nothing was pressed');
    // a slider is dragged, even if the finger strays
    await page.evaluate(() => scrollTo(0, 200));
    await new Promise((resolve) => setTimeout(resolve, 400)); // where touches go is known to the browser a frame later
    const speed = () => frame.evaluate(() => window.downhill.items().find((i) => i.id === 'speed')?.position);
    const before = await speed();
    await swipe(await middle('speed'), -60, -40);
    assert.equal(await page.evaluate(() => scrollY), 200);
    await frame.waitForFunction((was) => window.downhill.items().find((i) => i.id === 'speed')?.position !== was, { timeout: 10000 }, before);
    // a tap presses, once
    const at = await middle('step');
    await client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
    await new Promise((resolve) => setTimeout(resolve, 150));
    await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await frame.waitForFunction(() => window.downhill.results().every((r) => r.step === 1), { timeout: 10000 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.ok((await frame.evaluate(() => window.downhill.results())).every((r) => r.step === 1), 'once');
    assert.deepEqual(faults, []);
  }, { width: 390, height: 844, hasTouch: true, isMobile: true });
});

test('a drag that leaves the frame ends when the button is let go outside; the next move drags nothing', async () => {
  await course(`<iframe src="${address()}downhill.html?embed=1&lang=zh" style="width:700px;height:500px;border:0;display:block" sandbox="allow-scripts"></iframe><p id="outside" style="height:200px">外</p>`, async (page, faults) => {
    const frame = await frame_of(page);
    await ready(frame);
    await frame.waitForFunction(() => window.downhill.results().every((r) => r.curve.length > 0), { timeout: 60000 });
    await new Promise((resolve) => setTimeout(resolve, 800));
    const slider = (await frame.evaluate(() => window.downhill.items().find((i) => i.id === 'speed')!.rectangle));
    const position = () => frame.evaluate(() => window.downhill.items().find((i) => i.id === 'speed')!.position);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 200));
    const y = slider.y + slider.height / 2;
    await page.mouse.move(slider.x + slider.width * 0.5, y);
    await pause();
    await page.mouse.down();
    await pause();
    await page.mouse.move(slider.x + slider.width * 0.3, y, { steps: 4 });
    await pause();
    await page.mouse.move(slider.x + slider.width * 0.3, 600, { steps: 6 });
    await pause();
    await page.mouse.up();
    await pause();
    const left = await position();
    await page.mouse.move(slider.x + slider.width * 0.9, y, { steps: 6 });
    await pause();
    assert.equal(await position(), left, 'moving back in drags nothing');
    assert.deepEqual(faults, []);
  });
});

test('the single file by double click: from file://, to the same bits as the site', async () => {
  const hashes = async (url: string) => {
    const context = await chromium.createBrowserContext();
    const page = await context.newPage();
    const faults: string[] = [], requests: string[] = [];
    page.on('console', (m) => { if (m.type() === 'error' || m.type() === 'warn') faults.push(m.text()); });
    page.on('pageerror', (e) => faults.push((e as Error).message));
    page.on('request', (r) => { if (!/^(blob|data):/.test(r.url())) requests.push(r.url()); });
    await page.goto(url);
    await page.evaluate(() => window.downhill.ready);
    await page.evaluate((e) => window.downhill.setState(e), short);
    await page.evaluate(() => window.downhill.start());
    await page.waitForFunction(() => window.downhill.results().every((r) => r.status === 'finished'), { timeout: 60000 });
    const out = await page.evaluate(() => window.downhill.results().map((r) => r.hash));
    // larger data is not in the file: said, and the page goes on
    if (url.startsWith('file:')) {
      await page.evaluate(() => window.downhill.setState({ ...(window.downhill.getState() as any), data: { train: 6000, test: 100 } }));
      await page.evaluate(() => window.downhill.start());
      await page.waitForFunction(() => !document.getElementById('notice')!.hidden, { timeout: 20000 });
      assert.equal(requests.length, 1, requests.join());
    }
    assert.deepEqual(faults, []);
    await context.close();
    return out;
  };
  const own = await hashes(`file://${process.cwd()}/dist/downhill.html`);
  assert.match(own[0] ?? '', /^[0-9a-f]{16}$/);
  assert.deepEqual(own, await hashes(address()));
});

test('the page keeps to its policy: nothing of another origin, no inline script, no text that becomes code', async () => {
  const context = await chromium.createBrowserContext();
  const page = await context.newPage();
  await page.goto(address());
  await page.evaluate(() => window.downhill.ready);
  const refused = await page.evaluate(async () => {
    const broken: string[] = [];
    document.addEventListener('securitypolicyviolation', (e) => broken.push(e.effectiveDirective));
    const script = document.createElement('script');
    try { script.textContent = 'window.hurt = 1'; document.body.append(script); } catch { broken.push('trusted types'); }
    await fetch('https://example.org/').catch(() => undefined);
    try { document.body.insertAdjacentHTML('beforeend', '<img src=x>'); } catch { broken.push('trusted types'); }
    // later, as the page's own code would: the debugger's calls may evaluate
    await new Promise<void>((r) => { setTimeout(() => { try { (0, eval)('window.hurt = 2'); } catch { broken.push('eval'); } r(); }, 300); });
    return { broken, hurt: (window as any).hurt ?? null };
  });
  assert.equal(refused.hurt, null);
  for (const kind of ['connect-src', 'trusted types', 'eval']) assert.ok(refused.broken.includes(kind), `${kind} in ${refused.broken.join()}`);
  await context.close();
});
