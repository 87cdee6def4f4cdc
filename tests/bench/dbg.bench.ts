import { browser, open_lab, screenshot, serve, settle } from '../browser/lab';
const site = await serve(); const chromium = await browser();
const wait = (ms: number) => new Promise((r) => setTimeout(r, ms));
const shots: [string, string, string, number, number, number][] = JSON.parse(process.argv[2] ?? '[]');
for (const [name, query, hash, width, height, ms] of shots) {
  const lab = await open_lab(chromium, site.origin, { query, hash, width, height });
  await wait(ms); await settle(lab.page);
  await screenshot(lab.page, name);
  if (lab.faults.length) console.log(name, lab.faults);
  await lab.close();
}
await chromium.close(); site.close();
