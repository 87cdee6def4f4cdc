// The snippets of embedding.html, as their systems publish them: MkDocs and Sphinx with MyST (what Jupyter Book builds with)
// from Debian, Docusaurus' MDX compiled and rendered by its own libraries from npm (their folder is the first argument).
// Moodle is not run: its editor keeps a teacher's iframe as it is, so its page stands in as plain HTML. `./dev matrix courses`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { browser } from '../browser/lab';

const libraries = process.argv[2] ?? '';
const snippets = new Map([...readFileSync('dist/site/embedding.html', 'utf8').matchAll(/<pre data-course="([^"]+)">([^]*?)<\/pre>/g)].map(([, id, text]) => [id, (text ?? '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')] as const));
const snippet = (id: string) => { const text = snippets.get(id); assert.ok(text, id); return text; };
const work = mkdtempSync(join(tmpdir(), 'downhill-courses-')), www = join(work, 'www');
const write = (path: string, text: string) => { mkdirSync(join(path, '..'), { recursive: true }); writeFileSync(path, text); };
cpSync('dist/site', join(www, 'downhill'), { recursive: true, filter: (path) => !/-(full|medium)-/.test(path) });

const courses: Record<string, () => Promise<void> | void> = {
  html: () => write(join(www, 'html/index.html'), `<!doctype html><meta charset="utf-8"><title>课程</title><p>正文</p>${snippet('html')}`),
  moodle: () => write(join(www, 'moodle/index.html'), `<!doctype html><meta charset="utf-8"><title>课程</title><div class="no-overflow"><p>正文</p>${snippet('moodle')}</div>`),
  mkdocs() {
    write(join(work, 'mk/mkdocs.yml'), `site_name: 课程\n${snippet('mkdocs.yml')}\n`);
    write(join(work, 'mk/docs/index.md'), `# 第 3 章\n\n正文\n\n${snippet('mkdocs')}\n`);
    execFileSync('mkdocs', ['build', '-q', '-f', join(work, 'mk/mkdocs.yml'), '-d', join(www, 'mkdocs')]);
  },
  'jupyter-book'() {
    write(join(work, 'sphinx/conf.py'), "project = '课程'\nextensions = ['myst_parser']\n");
    write(join(work, 'sphinx/index.md'), `# 第 3 章\n\n正文\n\n${snippet('jupyter-book')}\n`);
    execFileSync('sphinx-build', ['-q', join(work, 'sphinx'), join(www, 'jupyter-book')]);
  },
  async docusaurus() {
    const load = (path: string) => import(pathToFileURL(join(libraries, 'node_modules', path)).href);
    const { evaluate } = await load('@mdx-js/mdx/index.js'), runtime = (await load('react/jsx-runtime.js')).default, { createElement } = (await load('react/index.js')).default, { renderToStaticMarkup } = (await load('react-dom/server.node.js')).default;
    const { default: Content } = await evaluate(`# 第 3 章\n\n正文\n\n${snippet('docusaurus')}\n`, runtime);
    write(join(www, 'docusaurus/index.html'), `<!doctype html><meta charset="utf-8"><title>课程</title>${renderToStaticMarkup(createElement(Content))}`);
  },
};
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const server = createServer((request, response) => {
  const path = join(www, decodeURIComponent((request.url ?? '').split('?')[0] ?? '').replace(/\/$/, '/index.html'));
  try { const content = readFileSync(path); response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(content); } catch { response.writeHead(404).end(); }
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const chromium = await browser();
mkdirSync('build/screenshots', { recursive: true });
let bad = 0;
for (const [name, publish] of Object.entries(courses)) {
  try {
    await publish();
    const page = await chromium.newPage();
    await page.setViewport({ width: 1100, height: 900 });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}/`);
    const element = await page.waitForSelector('iframe', { timeout: 10000 });
    await page.evaluate(() => document.querySelector('iframe')!.scrollIntoView());
    const frame = (await element!.contentFrame())!;
    await frame.waitForFunction(() => window.downhill?.ready.then(() => window.downhill.items().length > 10), { timeout: 60000 });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    writeFileSync(`build/screenshots/course-${name}.png`, await page.screenshot());
    console.log(`ok  ${name}: ${await frame.evaluate(() => window.downhill.items().length)} controls, ${await frame.evaluate(() => document.documentElement.lang)}`);
    await page.close();
  } catch (error) { ++bad; console.log(`BAD ${name}: ${(error as Error).message.slice(0, 300)}`); }
}
await chromium.close();
server.closeAllConnections();
server.close();
rmSync(work, { recursive: true, force: true });
process.exit(bad ? 1 : 0);
