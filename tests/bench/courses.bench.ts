// The snippets of embedding.html, as their systems publish them. `./dev matrix courses`.
// MkDocs and Sphinx with MyST (what Jupyter Book 1 builds with) come from Debian; Docusaurus, mystmd (what Jupyter Book 2 is)
// and TinyMCE from npm, in the folder that is the first argument. mystmd gets its theme from another host, so its page is
// rendered by the theme's own components, without the frame around them. Moodle itself is not run: the snippet goes through
// its editor, TinyMCE with Moodle's settings, and what is saved there stands in a plain page.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { browser } from '../browser/lab';

const libraries = join(process.argv[2] ?? '', 'node_modules');
const load = (path: string) => import(pathToFileURL(join(libraries, path)).href);
const snippets = new Map([...readFileSync('dist/site/embedding.html', 'utf8').matchAll(/<pre data-course="([^"]+)">([^]*?)<\/pre>/g)].map(([, id, text]) => [id, (text ?? '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')] as const));
const snippet = (id: string) => { const text = snippets.get(id); assert.ok(text, id); return text; };
const work = mkdtempSync(join(tmpdir(), 'downhill-courses-')), www = join(work, 'www');
const write = (path: string, text: string) => { mkdirSync(join(path, '..'), { recursive: true }); writeFileSync(path, text); };
cpSync('dist/site', join(www, 'downhill'), { recursive: true, filter: (path) => !/-(full|medium)-/.test(path) });

const course = (name: string, body: string) => write(join(www, name, 'index.html'), `<!doctype html><meta charset="utf-8"><title>课程</title>${body}`);
const site = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const courses: Record<string, () => Promise<void> | void> = {
  html: () => course('html', `<p>正文</p>${snippet('html')}`),
  async moodle() {
    symlinkSync(join(libraries, 'tinymce'), join(www, 'tinymce'));
    course('editor', '<textarea id="editor"></textarea><script src="/tinymce/tinymce.js"></script>');
    const page = await chromium.newPage();
    await page.goto(`${site()}/editor/`);
    // lib/editor/tiny/amd/src/editor.js of Moodle 5; by itself TinyMCE 7 would make every frame's sandbox an empty one
    const saved = await page.evaluate(async (text) => {
      const settings = { selector: '#editor', license_key: 'gpl', promotion: false, convert_urls: false, entity_encoding: 'raw', xss_sanitization: false, sandbox_iframes: false };
      const [editor] = await (window as unknown as { tinymce: { init(settings: object): Promise<{ setContent(text: string): void; getContent(): string }[]> } }).tinymce.init(settings);
      editor!.setContent(text);
      return editor!.getContent();
    }, `<p>正文</p>${snippet('moodle')}`);
    await page.close();
    course('moodle', `<div class="no-overflow">${saved}</div>`);
  },
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
  async 'jupyter-book-2'() {
    write(join(work, 'myst/myst.yml'), 'version: 1\nproject:\n  title: 课程\nsite: {}\n');
    write(join(work, 'myst/index.md'), `# 第 3 章\n\n正文\n\n${snippet('jupyter-book')}\n`);
    // ends with a failure, since it does not get its theme; the page's content is written before that
    const run = spawnSync('node', [join(libraries, '.bin/myst'), 'build', '--site'], { cwd: join(work, 'myst'), encoding: 'utf8' });
    const content = join(work, 'myst/_build/site/content/index.json');
    assert.ok(existsSync(content), run.stdout + run.stderr);
    const { createElement } = (await load('react/index.js')).default, { renderToStaticMarkup } = (await load('react-dom/server.node.js')).default;
    const { MyST, DEFAULT_RENDERERS } = await load('myst-to-react/dist/index.js'), { ThemeProvider } = await load('@myst-theme/providers/dist/index.js');
    const ast = JSON.parse(readFileSync(content, 'utf8')).mdast;
    // the width of a text column, and the one class of the theme's style sheet that the frame stands on
    course('jupyter-book-2', `<style>.relative { position: relative } .inline-block { display: inline-block }</style><main style="width:760px;margin:auto">${renderToStaticMarkup(createElement(ThemeProvider, { renderers: DEFAULT_RENDERERS }, createElement(MyST, { ast })))}</main>`);
  },
  docusaurus() {
    const folder = join(work, 'docusaurus');
    write(join(folder, 'docs/index.mdx'), `# 第 3 章\n\n正文\n\n${snippet('docusaurus')}\n`);
    write(join(folder, 'docusaurus.config.js'), "module.exports = { title: '课程', url: 'https://course.invalid', baseUrl: '/docusaurus/', presets: [['classic', { docs: { routeBasePath: '/' }, blog: false, pages: false }]] };\n");
    write(join(folder, 'package.json'), '{"private":true}');
    symlinkSync(libraries, join(folder, 'node_modules'));
    execFileSync('node', [join(libraries, '@docusaurus/core/bin/docusaurus.mjs'), 'build', '--out-dir', join(www, 'docusaurus')], { cwd: folder, stdio: 'pipe', env: { ...process.env, DOCUSAURUS_NO_TELEMETRY: '1' } });
  },
};
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const server = createServer((request, response) => {
  const path = join(www, decodeURIComponent((request.url ?? '').split('?')[0] ?? '').replace(/\/$/, '/index.html'));
  try { const content = readFileSync(path); response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(content); } catch { response.writeHead(404).end(); }
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const chromium = await browser([], true);
mkdirSync('build/screenshots', { recursive: true });
let bad = 0;
for (const [name, publish] of Object.entries(courses)) {
  try {
    await publish();
    const page = await chromium.newPage();
    await page.setViewport({ width: 1100, height: 900 });
    await page.goto(`${site()}/${name}/`);
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
