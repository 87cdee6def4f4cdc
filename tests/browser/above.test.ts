// The loss from above: the view of the Race that shows the lanes' ways over a plane of weight space.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { browser, command, drag, item, open_lab, press, screenshot, serve, settle, type LabOptions } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

interface Standing { label: string; step: number; status: string; hash: string; curve: number[][] }
const results = (page: Page) => page.evaluate(() => window.downhill.results() as unknown as Standing[]);
const four = { downhill: 1, data: { train: 1000, test: 500 }, batch: 20, epochs: 4, network: { hidden: [{ units: 32 }] },
  lanes: [{ label: 'A' }, { label: 'B', optimizer: { name: 'momentum', lr: 0.02 } }, { label: 'C', optimizer: { name: 'adam', lr: 0.002 } }, { label: 'D', optimizer: { name: 'rmsprop', lr: 0.001 } }] };

const open_above = async (options: LabOptions = {}, document: object = four, step = 100) => {
  const lab = await open_lab(chromium, site.origin, options);
  await lab.page.evaluate(async (state, to) => {
    const downhill = window.downhill;
    downhill.setState(state as never);
    downhill.show({ view: 'above' });
    downhill.seek(to);
  }, document, step);
  await lab.page.waitForFunction((to) => (window.downhill.results() as unknown as Standing[]).every((r) => r.step === to), { timeout: 60000 }, step);
  return lab;
};
interface Plane { grid: number[][]; paths: { lane: string; step: number; x: number; y: number; distance: number; loss: number }[] }
async function plane(page: Page): Promise<Plane> {
  const rows = ((await command(page, 'csv', { plot: 'view' })) as string).trim().split('\n').map((row) => row.split(','));
  const at = rows.findIndex((row) => row[0] === 'lane');
  return {
    grid: rows.slice(1, at).map((row) => row.map(Number)),
    paths: rows.slice(at + 1).map(([lane, ...rest]) => { const [step, x, y, distance, loss] = rest.map((v) => (v === '' ? NaN : Number(v))); return { lane: lane!, step: step!, x: x!, y: y!, distance: distance!, loss: loss! }; }),
  };
}
/** The whole picture, of lanes at this step: with all points' losses, and nothing under way. */
async function whole(page: Page, step = 100): Promise<Plane> {
  await page.waitForFunction((s) => {
    const items = window.downhill.items();
    const rows = String(window.downhill_internal.page.command('csv', { plot: 'view' })).trim().split('\n'), at = rows.indexOf('lane,step,x,y,distance,loss');
    const paths = rows.slice(at + 1).map((row) => row.split(','));
    return at > 0 && paths.length > 0 && paths.every((row) => row[5] !== '') && paths.some((row) => Number(row[1]) === s) && items.some((i) => i.id === 'above.picture') && !items.some((i) => i.id === 'above.progress' || i.id === 'above.again');
  }, { timeout: 60000 }, step);
  return plane(page);
}

test('from above: all lanes from one start to where they stand, with the losses that the race has measured there; every kind of plane', async () => {
  const { page, faults, close } = await open_above({ drawn: true });
  await press(page, 'views.whole');
  const first = await whole(page);
  await screenshot(page, 'above-principal');
  assert.deepEqual([...new Set(first.paths.map((p) => p.lane))], ['A', 'B', 'C', 'D']);
  const measured = (await results(page)).map((r) => (r as unknown as { train_loss: number }).train_loss);
  for (const [i, lane] of ['A', 'B', 'C', 'D'].entries()) {
    const own = first.paths.filter((p) => p.lane === lane);
    assert.equal(own[0]!.step, 0);
    assert.equal(own.at(-1)!.step, 100);
    assert.ok(own.length > 6, `${lane}: ${own.length} points`);
    assert.ok(Math.abs(own[0]!.loss - first.paths[0]!.loss) < 1e-6, 'one start');
    // epoch 2 of 4 ends at step 100: its training loss is of the same 1,000 examples
    assert.ok(Math.abs(measured[i]! - own.at(-1)!.loss) < 2e-5, `${lane}: ${own.at(-1)!.loss} and ${measured[i]}`);
  }
  for (const kind of [1, 2, 3]) {
    await press(page, `above.kind.${kind}`);
    const seen = await whole(page);
    await screenshot(page, `above-${kind}`);
    if (kind === 1) assert.equal(['A', 'B', 'C', 'D'].filter((lane) => seen.paths.filter((p) => p.lane === lane).at(-1)!.distance < 1e-3).length, 3);
    if (kind === 3) {
      assert.equal(seen.grid.length, 101);
      assert.equal(seen.grid[0]!.length, 2);
    } else assert.ok(seen.grid.length > 1000);
  }
  await press(page, 'above.kind.0');
  await whole(page);
  await press(page, 'above.walks');
  await press(page, 'above.view.1');
  await settle(page);
  await screenshot(page, 'above-relief');
  const turn = (await item(page, 'above.turn'))!.value;
  await drag(page, 'above.turn', [0.4, 0.5], [0.6, 0.5]);
  assert.notEqual((await item(page, 'above.turn'))!.value, turn);
  // every control says what it does
  const silent = await page.evaluate(() => window.downhill.items().filter((i) => i.id.startsWith('above.') && ['button', 'combobox', 'checkbox', 'radio', 'slider', 'tab'].includes(i.role) && !(i as any).help).map((i) => i.id));
  assert.deepEqual(silent, []);
  assert.deepEqual(faults, []);
  await close();
});

test('from above while lanes train: nothing is begun unasked, asked for it comes, and the lanes end with the same bits', async () => {
  const { page, faults, close } = await open_above({}, { ...four, epochs: 40 }, 50);
  await whole(page, 50);
  await page.evaluate(() => window.downhill.start());
  await page.waitForFunction(() => (window.downhill.results() as unknown as Standing[]).every((r) => r.step > 100));
  assert.ok((await plane(page)).paths.every((p) => p.step <= 50), 'the picture stays');
  await press(page, 'above.again');
  await page.waitForFunction(() => String(window.downhill_internal.page.command('csv', { plot: 'view' })).split('\n').some((row) => Number(row.split(',')[1]) > 100 && row.split(',').length === 6), { timeout: 60000 });
  await page.waitForFunction(() => (window.downhill.results() as unknown as Standing[]).every((r) => r.status === 'finished'), { timeout: 120000 });
  const watched = (await results(page)).map((r) => r.hash);
  const end = await whole(page, 2000);
  assert.equal(end.paths.filter((p) => p.lane === 'A').at(-1)!.step, 2000);
  await page.evaluate(() => { window.downhill.show({ view: 'none' }); window.downhill.reset(); window.downhill.start(); });
  await page.waitForFunction(() => (window.downhill.results() as unknown as Standing[]).every((r) => r.status === 'finished'), { timeout: 120000 });
  assert.deepEqual((await results(page)).map((r) => r.hash), watched);
  assert.deepEqual(faults, []);
  await close();
});

test('from above: a worker that dies is replaced and the picture comes; too few lanes are said; other labs leave it', async () => {
  const { page, close } = await open_above({ allow: /worker/i });
  await press(page, 'above.kind.2');
  await page.evaluate(() => window.downhill_internal.page.pool.kill(0));
  await page.evaluate(() => window.downhill_internal.page.pool.kill(1));
  await whole(page);
  await page.evaluate(() => { window.downhill.setState({ downhill: 1, data: { train: 500, test: 100 }, batch: 50, epochs: 2, network: { hidden: [{ units: 8 }] }, lanes: [{}] } as never); window.downhill.seek(10); });
  await page.waitForFunction(() => (window.downhill.results() as unknown as Standing[])[0]!.step === 10, { timeout: 60000 });
  await whole(page, 10); // a random plane takes one
  await press(page, 'above.kind.1');
  await settle(page);
  assert.ok(!(await item(page, 'above.picture')) && await item(page, 'above.again'), 'three ends of one lane');
  // stopped, nothing is drawn until it is asked for
  await press(page, 'above.kind.0');
  await press(page, 'above.part.1');
  // what is pressed is seen in the next frame, which may be asked for: a worker that is slow sends nothing that would bring one
  await page.evaluate(() => {
    const it = window.downhill_internal.page;
    if (window.downhill.items().some((i) => i.id === 'above.cancel')) it.command('activate', { id: 'above.cancel' }), it.input();
  });
  await settle(page);
  if (await item(page, 'above.again')) {
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.ok(!(await item(page, 'above.progress')));
    await press(page, 'above.again');
  }
  await whole(page, 10);
  // another lab and back, while it is being drawn
  await press(page, 'above.kind.2');
  await page.evaluate(() => window.downhill.show({ lab: 'surface' } as never));
  await settle(page);
  await page.evaluate(() => window.downhill.show({ lab: 'race' } as never));
  await whole(page, 10);
  await close();
});

for (const [name, options] of [['phone', { width: 390, height: 844, touch: true, query: '?lang=zh&theme=light', drawn: true }], ['embed', { width: 800, height: 600, query: '?lang=en&theme=dark', drawn: true }], ['projector', { width: 1280, height: 720, query: '?lang=en&theme=projector', drawn: true }]] as const)
  test(`from above at the size of ${name}`, async () => {
    const { page, faults, close } = await open_above(options);
    await whole(page);
    await settle(page);
    await screenshot(page, `above-${name}`);
    assert.deepEqual(faults, []);
    await close();
  });
