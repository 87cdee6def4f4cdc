import { browser, open_lab, serve, settle, wait_for_images, at_rest } from '../browser/lab';
const site = await serve(); const chromium = await browser();
const wait = (ms: number) => new Promise((r) => setTimeout(r, ms));
const kinds = new Map<string, string>();
for (const [hash, width, height] of [['', 1280, 720], ['', 800, 600], ['', 390, 844], ['#activations', 1280, 720], ['#activations', 390, 844], ['#dropout', 1280, 720], ['#dropout', 390, 844]] as [string, number, number][]) {
  const lab = await open_lab(chromium, site.origin, { hash, width, height });
  const { page } = lab; await wait_for_images(page); await wait(800);
  const collect = async () => { await settle(page); for (const i of await page.evaluate(() => window.downhill.items())) if (['button', 'radio', 'checkbox', 'combobox', 'slider', 'textbox'].includes(i.role) && !(i as any).help) kinds.set(i.id.replace(/\d+/g, '').replace(/:/g, '.').replace(/\.+/g, '.').replace(/\.$/, ''), i.id + ' ' + i.label); };
  await collect();
  if (!hash) for (const view of ['samples', 'weights', 'confusion', 'predictions', 'units', 'optimizer', 'masks', 'draw', 'sweep', 'differences']) { await page.evaluate((v) => { window.downhill.step(1); window.downhill.show({ view: v, lane: 8, other: 0 }); }, view); await wait(700); await collect(); }
  if (hash) for (const tab of ['chain', 'network', 'linear', 'card', 'plot', 'picker', 'unit', 'ensemble', 'curves', 'boundary']) { await page.evaluate((t) => window.downhill.show({ tab: t } as any), tab); await wait(500); await collect(); }
  await lab.close();
}
for (const [k, v] of kinds) console.log(k, '|', v);
await chromium.close(); site.close();
