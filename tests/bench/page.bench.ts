// The speed of the trainer module in a worker of Chromium: what `downhill bench` prints, from the page.
import { browser, open_lab, serve } from '../browser/lab';

const site = await serve();
const chromium = await browser([], true);
for (const query of ['?workers=1', '?workers=1&simd=off']) {
  const lab = await open_lab(chromium, site.origin, { drawn: true, query });
  await lab.page.evaluate(() => window.downhill_internal.page.command('bench'));
  await lab.page.waitForFunction(() => (window.downhill_internal.page.command('bench_lines') as string[]).length > 0, { timeout: 120000 });
  console.log(query.includes('off') ? 'Chromium worker, scalar' : 'Chromium worker, simd128');
  for (const line of (await lab.page.evaluate(() => window.downhill_internal.page.command('bench_lines'))) as string[]) console.log(line);
  await lab.close();
}
await chromium.close();
site.close();
