// Two lanes compared in every view, with the real pointer on either side; and what must hold of everything that is drawn: no id
// stands twice, a page at rest draws nothing, textures are given back, no answer comes inside a frame.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { at_rest, browser, command, item, labs, open_lab, press, screenshot, serve, settle, wait_for_images, wait_for_item, type Lab, type LabOptions } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const nine = JSON.parse(readFileSync('assets/experiments/nine.json', 'utf8'));
// unlike in size and batch, so that their pages are unlike in number and their batches in images
const unlike = { ...nine, epochs: 2, lanes: [
  { label: 'A', network: { hidden: [{ units: 16, dropout: 0.5 }] } },
  { label: 'B', batch: 32, network: { hidden: [{ units: 128, dropout: 0.25 }] }, optimizer: { name: 'adam', lr: 0.001 } }] };
const toys = { downhill: 1, data: { source: 'moons', train: 100, test: 100 }, network: { hidden: [{ units: 8 }] }, batch: 10, epochs: 3, lanes: [{ label: 'A' }, { label: 'B', optimizer: { name: 'adam' } }] };
const set_state = (page: Page, e: object) => page.evaluate((x) => window.downhill.setState(x), e);
const show = (page: Page, what: object) => page.evaluate((w) => window.downhill.show(w as any), what);
const frames = (page: Page) => page.evaluate(() => window.downhill.stats().frames!);
const pictures = (page: Page, pattern: RegExp) => page.evaluate((p) => window.downhill.items().filter((i) => new RegExp(p).test(i.id)).map((i) => `${i.id} ${i.label} ${i.value}`), pattern.source);
const ids = (page: Page, pattern: RegExp) => page.evaluate((p) => window.downhill.items().filter((i) => new RegExp(p).test(i.id)).map((i) => i.id), pattern.source);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function lab_test(name: string, act: (page: Page, lab: Lab) => Promise<void>, options: LabOptions = {}) {
  test(name, async () => {
    const lab = await open_lab(chromium, site.origin, options);
    await wait_for_images(lab.page);
    await act(lab.page, lab);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });
}

/** Waits until no frame is drawn any more. */
async function comes_to_rest(page: Page, where: string): Promise<void> {
  for (let i = 0; i < 24; ++i) {
    const before_ = await frames(page);
    await pause(350);
    if (await frames(page) === before_) return;
  }
  assert.fail(`${where}: frames are drawn for ever`);
}
async function no_id_twice(page: Page, where: string): Promise<void> {
  await settle(page);
  const all = await ids(page, /./);
  assert.deepEqual(all.filter((id, i) => all.indexOf(id) !== i), [], where);
  assert.deepEqual(await covered(page), [], where);
}
/** Pairs of controls of which one lies over the other; nothing while a list is open, which may. */
const covered = (page: Page) => page.evaluate(() => {
  const all = window.downhill.items();
  if (all.some((i) => i.role === 'option' || i.role === 'menuitem')) return [];
  const pressed = all.filter((i) => i.whole && !i.by_keys && /^(button|radio|checkbox|combobox|textbox|slider)$/.test(i.role) && !/^(lane:\d+(:choose)?|surface\.turn|above\.turn|drop\.unit\.\d+\.\d+|losses\.point\.\d+|explanation\..+)$/.test(i.id));
  const over = (a: typeof all[0], b: typeof all[0]) => {
    const p = a.rectangle, q = b.rectangle;
    const w = Math.min(p.x + p.width, q.x + q.width) - Math.max(p.x, q.x), h = Math.min(p.y + p.height, q.y + q.height) - Math.max(p.y, q.y);
    return w > 4 && h > 4 && w * h > 0.1 * Math.min(p.width * p.height, q.width * q.height);
  };
  return pressed.flatMap((a, i) => pressed.slice(i + 1).filter((b) => over(a, b)).map((b) => `${a.id} and ${b.id}`));
});
/** The controls in the view's area that a press means something to, left side first. */
const controls = (page: Page) => page.evaluate(() => {
  const items = window.downhill.items(), area = items.find((i) => i.id === 'views.content')!.rectangle;
  const inside = (r: typeof area) => r.x >= area.x - 1 && r.y >= area.y - 1 && r.x + r.width <= area.x + area.width + 1 && r.y + r.height <= area.y + area.height + 1;
  return items.filter((i) => ['button', 'radio', 'checkbox', 'combobox', 'slider'].includes(i.role) && inside(i.rectangle)).map((i) => ({ id: i.id, role: i.role, value: i.value, enabled: i.enabled, left: i.rectangle.x < area.x + area.width / 2 }));
});

const compared = ['samples', 'weights', 'confusion', 'predictions', 'units', 'optimizer', 'masks', 'passes', 'boundary'] as const;

for (const view of compared)
  lab_test(`two lanes compared, ${view}: whatever is pressed on either side acts there, and the page comes to rest`, async (page) => {
    await set_state(page, view === 'boundary' ? toys : unlike);
    await wait_for_images(page);
    await page.evaluate(() => window.downhill.step(3));
    await at_rest(page);
    await show(page, { view, lane: 1, other: 0 });
    await pause(600);
    await comes_to_rest(page, view);
    await no_id_twice(page, view);
    // of the many cells of the two matrices, the fullest beside the diagonal, one on it and an empty one of each side
    const chosen = (all: Awaited<ReturnType<typeof controls>>) => all.filter((c) => !c.id.startsWith('confusion.')).concat(
      [true, false].flatMap((left) => {
        const cells = all.filter((c) => c.id.startsWith('confusion.') && c.left === left);
        const on = (c: { id: string }) => { const [, , row, column] = c.id.split('.'); return row === column; };
        const beside = cells.filter((c) => !on(c)).sort((a, b) => Number(b.value) - Number(a.value));
        return [...beside.slice(0, 2), ...beside.slice(-1), ...cells.filter((c) => on(c) && c.value !== '0').slice(0, 1)];
      }));
    const first = chosen(await controls(page));
    for (const { id, left } of first) {
      const now = (await controls(page)).find((c) => c.id === id);
      if (!now?.enabled) continue;
      const side = left ? 0 : 1, where = id;
      const of_side = new RegExp(`^((sample|weight|prediction)\\.${side}\\.|view\\.example$)`), before_ = await pictures(page, of_side);
      await press(page, id);
      await pause(400);
      await comes_to_rest(page, where);
      await no_id_twice(page, where);
      if (now.role === 'radio') assert.equal((await item(page, id))?.value, 'true', where);
      else if (/\.(next|back)$/.test(id)) assert.notDeepEqual(await pictures(page, of_side), before_, where);
      else if (id.includes('.path.')) assert.equal((await item(page, id))?.expanded, true, where);
      else if (id.startsWith('confusion.') && Number(now.value) > 0) assert.ok(await item(page, `confusion.images.${side}`), where);
      else if (!id.startsWith('confusion.')) assert.fail(`${where}: nothing is known of this control`);
    }
    if (view === 'confusion') {
      // the same cell is looked at in both lanes, each with its own images
      const cell = first.find((c) => Number(c.value) > 0)!.id.split('.').slice(2).join('.');
      await press(page, `confusion.1.${cell}`);
      for (const side of [0, 1]) {
        const count = Number((await item(page, `confusion.${side}.${cell}`))!.value), shown = await item(page, `confusion.images.${side}`);
        assert.ok(count === 0 ? !shown : Number(shown?.value) <= count, `${side}: ${shown?.value} of ${count}`);
      }
    }
    await screenshot(page, `two-${view}-zh`);
  });

lab_test('two lanes compared: all pages of the larger one can be turned, however few the other has', async (page) => {
  await set_state(page, unlike);
  await wait_for_images(page);
  await show(page, { view: 'weights', lane: 1, other: 0 });
  await wait_for_item(page, '^weight\\.1\\.');
  await wait_for_item(page, '^weight\\.0\\.');
  for (let i = 0; i < 20 && (await item(page, 'units0.next'))!.enabled; ++i) {
    const before_ = (await ids(page, /^weight\.0\./))[0]!;
    await press(page, 'units0.next');
    await page.waitForFunction((b) => window.downhill.items().some((x) => x.id.startsWith('weight.0.')) && !window.downhill.items().some((x) => x.id === b), { timeout: 10000 }, before_);
  }
  assert.ok(await item(page, 'weight.0.127'), 'the last unit of 128');
  assert.ok(await item(page, 'weight.1.15'), 'and of 16');
});

lab_test('two lanes compared: the training subset, which is every lane’s, is shown once; their batches side by side', async (page) => {
  await set_state(page, unlike);
  await wait_for_images(page);
  await show(page, { view: 'samples', lane: 1, other: 0 });
  await wait_for_item(page, '^sample\\.0\\.20$');
  await no_id_twice(page, 'subset');
  const right = async (pattern: RegExp) => page.evaluate((p) => {
    const items = window.downhill.items(), area = items.find((i) => i.id === 'views.content')!.rectangle;
    return items.filter((i) => new RegExp(p).test(i.id) && i.rectangle.x > area.x + area.width / 2).length;
  }, pattern.source);
  assert.ok(await right(/^sample\./) > 5, 'over the whole width');
  assert.equal(await item(page, 'views.lane'), null, 'it is no lane’s');
  await screenshot(page, 'two-subset-zh');
  await press(page, 'gallery.1');
  await wait_for_item(page, '^sample\\.1\\.');
  assert.ok(await item(page, 'views.lane'));
  assert.ok((await ids(page, /^sample\.0\./)).length > 5);
});

for (const [width, height, language] of [[1280, 720, 'zh'], [800, 600, 'zh'], [390, 844, 'en']] as const)
  lab_test(`no id stands twice on the screen, and no control lies over another, in any lab, view, tab or preset, ${width} px wide`, async (page) => {
    const places = async (where: string) => {
      const tabs = await page.evaluate(() => window.downhill.items().filter((i) => /^(tab|drop\.tab|act\.tab|surface\.tab|backprop\.tab|neuron\.part)\.\d$/.test(i.id) && i.role !== 'option').map((i) => i.id));
      for (const tab of tabs) {
        await press(page, tab);
        await no_id_twice(page, `${where}, ${tab}`);
      }
      // a list of tabs, where they have no room
      for (const list of await ids(page, /^(drop|act)\.tab$/)) {
        await press(page, list);
        const options = await ids(page, new RegExp(`^${list.replace('.', '\\.')}\\.\\d$`));
        await page.mouse.click(5, 5);
        for (const option of options) {
          await press(page, list);
          await press(page, option);
          await no_id_twice(page, `${where}, ${option}`);
        }
      }
    };
    for (const view of [...compared.slice(0, -1), 'draw', 'sweep', 'differences']) {
      await show(page, { view, lane: 8, other: 0 });
      await pause(500);
      await no_id_twice(page, view);
    }
    for (const list of ['metric', 'views.lane', 'lane:0:method', 'lane:0:menu']) {
      if (!await item(page, list)) continue;
      await press(page, list);
      await no_id_twice(page, `${list}, open`);
      await page.mouse.click(5, 5);
    }
    for (const file of readdirSync('assets/experiments')) {
      const id = file.replace('.json', '');
      const drawn = await frames(page);
      await command(page, 'open_preset', { id }).catch(() => undefined); // some are for the command line
      await show(page, {});
      await page.waitForFunction((n) => window.downhill.stats().frames! > n + 1, { timeout: 20000 }, drawn);
      await no_id_twice(page, id);
      await places(id);
    }
    // in the activations lab lanes may have one function twice, or functions with several kinks
    await show(page, { lab: 'activations' });
    await set_state(page, { ...toys, lanes: ['relu', 'relu', 'relu6', 'crelu'].map((a) => ({ label: a, network: { hidden: [{ units: 8, activation: a }] } })) });
    await wait_for_item(page, '^act\\.');
    await no_id_twice(page, 'one function twice');
    await places('one function twice');
  }, { width, height, query: `?lang=${language}&theme=light` });

// what the page has of the graphics, counted from outside
const count_textures = () => {
  const live = new Set<WebGLTexture>(), gl = WebGL2RenderingContext.prototype as any, { createTexture, deleteTexture } = gl;
  gl.createTexture = function (...a: unknown[]) { const t = createTexture.apply(this, a); live.add(t); return t; };
  gl.deleteTexture = function (t: WebGLTexture) { live.delete(t); return deleteTexture.call(this, t); };
  (window as any).live_textures = () => live.size;
};
lab_test('fifty presets opened one after the other leave no texture behind', async (page) => {
  const open = async (id: string) => {
    await command(page, 'open_preset', { id });
    await settle(page);
  };
  const round = async () => { for (const id of ['dropout_boundary', 'linear_is_linear', 'nine', 'dropout_cures', 'deep_sigmoid']) await open(id); };
  await open('dropout_boundary');
  await wait_for_item(page, '^boundary\\.1$');
  await open('linear_is_linear');
  await wait_for_item(page, '^boundary\\.0$');
  for (let i = 0; i < 3; ++i) await round(), await pause(300);
  const once = await page.evaluate(() => (window as any).live_textures());
  for (let i = 0; i < 7; ++i) await round();
  const fifty = await page.evaluate(() => (window as any).live_textures());
  assert.ok(fifty <= once + 2, `${once} textures, then ${fifty}`);
}, { before: count_textures });

lab_test('more images than a texture is high: on a screen of 3840 px the last one is a picture, too', async (page) => {
  await show(page, { view: 'samples', lane: 0, other: -1 });
  await wait_for_item(page, '^sample\\.0\\.300$');
  await comes_to_rest(page, 'samples');
  const spread = await page.evaluate(async () => {
    const canvas = document.createElement('canvas'), picture = await createImageBitmap(await window.downhill.screenshot());
    canvas.width = picture.width, canvas.height = picture.height;
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    context.drawImage(picture, 0, 0);
    return window.downhill.items().filter((i) => /^sample\./.test(i.id)).map(({ rectangle: r }) => {
      const { data } = context.getImageData(r.x + 2, r.y + 2, r.width - 4, r.height - 4);
      let least = 255, most = 0;
      for (let i = 0; i < data.length; i += 4) least = Math.min(least, data[i]!), most = Math.max(most, data[i]!);
      return most - least;
    });
  });
  assert.ok(spread.length > 300);
  assert.deepEqual(spread.flatMap((s, i) => (s < 40 ? [i] : [])), [], 'blank images');
  await screenshot(page, 'samples-3840');
}, { width: 3840, height: 2160, drawn: true });

const drop_picture = (page: Page) => page.evaluate(async () => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 60;
  const c = canvas.getContext('2d')!;
  c.fillStyle = '#fff'; c.fillRect(0, 0, 60, 60);
  c.fillStyle = '#222'; c.fillRect(20, 4, 20, 52);
  const blob = await new Promise<Blob>((r) => canvas.toBlob((b) => r(b!)));
  const data = new DataTransfer();
  data.items.add(new File([blob], 'a.png', { type: 'image/png' }));
  document.getElementById('notice')!.hidden = true;
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  while (document.getElementById('notice')!.hidden) await new Promise((r) => setTimeout(r, 20));
  return document.querySelector('#notice')!.firstElementChild!.textContent;
});
lab_test('a dropped picture is seen wherever it is dropped, or the page says why not', async (page) => {
  for (const lab of labs) {
    await show(page, { lab });
    await settle(page);
    assert.match((await drop_picture(page))!, /手绘板/, lab);
    await settle(page);
    assert.equal((await item(page, 'pad'))?.value, 'drawn', lab);
    await press(page, 'pad.clear');
  }
  // from the form view, too
  await page.$eval('#accessible', (e) => (e as HTMLElement).click()); // in the header, or in its menu
  await drop_picture(page);
  await settle(page);
  assert.equal(await page.$eval('#lab', (e) => (e as HTMLElement).hidden), false);
  assert.equal((await item(page, 'pad'))?.value, 'drawn');
  // points of the plane: there is nobody who could tell a picture
  await set_state(page, toys);
  await settle(page);
  assert.match((await drop_picture(page))!, /不是 28×28 的图片/);
  assert.equal(await item(page, 'pad'), null);
});
lab_test('a picture dropped on a lab that is embedded without views: told', async (page) => {
  assert.match((await drop_picture(page))!, /视图/);
}, { query: '?lang=zh&theme=light&hide=views' });

lab_test('without workers, answers wait for the end of the frame', async (page) => {
  await page.evaluate(() => {
    const it = window.downhill_internal.page as any, deliver = it.deliver.bind(it);
    (window as any).inside = 0;
    it.deliver = (...a: unknown[]) => { if (it.drawing) ++(window as any).inside; deliver(...a); };
  });
  for (const view of ['samples', 'confusion', 'predictions', 'weights']) {
    await show(page, { view, lane: 1, other: 0 });
    await pause(500);
  }
  await show(page, { view: 'samples' });
  await settle(page);
  await press(page, 'gallery.next');
  await press(page, 'gallery.1');
  await pause(300);
  assert.equal(await page.evaluate(() => (window as any).inside), 0);
}, { query: '?lang=zh&theme=light&workers=0', allow: /./ });

lab_test('what is typed into a field of a lane that is no more is refused in a sentence, and makes no lanes', async (page) => {
  const typed = (id: string, text: string) => page.evaluate((i, t) => {
    try { window.downhill_internal.page.command('typed', { id: i, text: t }); return 'taken'; } catch (error) { return (error as Error).message; }
  }, id, text);
  for (const id of ['lane:9:label', 'lane:12:label', 'lane:-1:label', 'lane:40:/optimizer/lr', 'lane:40:/network/hidden/0/units', 'lane:40:/optimizer/betas/0'])
    assert.match(await typed(id, '0.5'), id.startsWith('lane:40') ? /没有叫“lane:40/ : /没有第 \d+ 条赛道，共有 9 条/, id);
  assert.equal((await page.evaluate(() => window.downhill.getState()) as { lanes: object[] }).lanes.length, 9);
});
