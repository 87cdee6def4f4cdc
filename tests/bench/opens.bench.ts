import { browser, open_lab, serve } from '../browser/lab';
const chromium = await browser(process.argv.slice(2)), site = await serve();
for (let i = 0; i < 10; ++i) { const lab = await open_lab(chromium, site.origin, {}); await lab.close(); }
await chromium.close(); site.close();
