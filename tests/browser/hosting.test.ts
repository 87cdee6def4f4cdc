// The built site behind the servers that courses have, under a path with a blank and 汉字: with and without compression,
// with types for files that are plainly wrong, and with addresses without .html. Each time the page opens and races to the
// native hashes, and does so again on a second visit, when it comes from what is kept.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { base, browser, open_lab, results, serve, wait_for_images, wait_until_finished } from './lab';

const short = { downhill: 1, data: { train: 1000, test: 200 }, batch: 50, epochs: 1, lanes: [{ label: 'A' }, { label: 'B', optimizer: { name: 'adam', lr: 0.001 } }] };
let chromium: Browser, root = '', native: string[] = [];
before(async () => {
  chromium = await browser();
  root = mkdtempSync(join(tmpdir(), 'downhill-hosting-'));
  chmodSync(root, 0o755); // Apache gives up root's rights
  cpSync('dist/site', join(root, 'www', base), { recursive: true, filter: (path) => !/-(full|medium)-/.test(path) });
  mkdirSync('build', { recursive: true });
  writeFileSync('build/hosting.json', JSON.stringify(short));
  native = execFileSync('build/native/downhill', ['hash', 'build/hosting.json']).toString().trim().split('\n').map((line) => line.split('\t')[1] ?? '');
});
after(async () => {
  await chromium?.close();
  rmSync(root, { recursive: true, force: true });
});

const free_port = () => new Promise<number>((resolve) => { const s = createServer(); s.listen(0, '127.0.0.1', () => { const { port } = s.address() as AddressInfo; s.close(() => resolve(port)); }); });
const found = (...paths: (string | undefined)[]) => paths.find((path) => path && existsSync(path));

/** Opens the page there, races, and gives what the host said of the app's module. */
async function race_at(origin: string): Promise<Headers> {
  const lab = await open_lab(chromium, origin);
  const race = async () => {
    await lab.page.evaluate((e) => window.downhill.setState(e), short);
    await wait_for_images(lab.page);
    await lab.page.evaluate(() => window.downhill.start());
    await wait_until_finished(lab.page, 60000);
    assert.deepEqual((await results(lab.page)).map((r) => r.hash), native);
  };
  await race();
  const keeper = await fetch(origin + encodeURI(base) + 'service_worker.js', { method: 'HEAD' });
  if (/javascript/.test(keeper.headers.get('content-type') ?? '')) {
    await lab.page.waitForFunction(() => !document.getElementById('offline')!.hidden, { timeout: 30000 });
    await lab.page.reload();
    await lab.page.evaluate(() => window.downhill.ready);
    assert.ok(await lab.page.evaluate(() => navigator.serviceWorker.controller !== null));
    await race();
  }
  const module = await lab.page.evaluate(() => performance.getEntriesByType('resource').map((e) => e.name).find((n) => /app-.*\.wasm$/.test(n)) ?? '');
  assert.deepEqual(lab.faults, []);
  await lab.close();
  const response = await fetch(module, { headers: { 'accept-encoding': 'br, gzip' } });
  await response.arrayBuffer();
  return response.headers;
}

interface Host { name: string; program: string | undefined; config: (port: number) => string; start: (program: string, config: string, port: number) => ChildProcess; encoding: string | null }
const types = 'text/html html; text/javascript js; image/svg+xml svg; application/manifest+json webmanifest;'; // none for .wasm
const nginx = found(process.env.DOWNHILL_NGINX, '/usr/sbin/nginx'), apache = found('/usr/sbin/apache2');
const nginx_with = (more: string, known = types) => (port: number) => `daemon off; worker_processes 1; pid ${root}/nginx.pid; error_log ${root}/nginx.log; ${process.getuid?.() === 0 ? 'user root;' : ''} events {} http { access_log off; types { ${known} } default_type application/octet-stream; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${root}/${n};`).join(' ')} server { listen 127.0.0.1:${port}; root ${root}/www; ${more} } }`;
// as large static hosts do
const without_html = 'if ($request_uri ~ "^([^?]*/)index[.]html([?].*)?$") { return 308 $1$2; } if ($request_uri ~ "^([^?]*)[.]html([?].*)?$") { return 308 $1$2; } location / { try_files $uri $uri.html $uri/index.html =404; }';
const apache_with = (more: string) => (port: number) => `ServerRoot ${root}\nListen 127.0.0.1:${port}\nServerName localhost\nPidFile ${root}/apache.pid\nErrorLog ${root}/apache.log\n${process.getuid?.() === 0 ? 'User www-data\nGroup www-data\n' : ''}${['mpm_event', 'authz_core', 'dir', 'mime', 'rewrite', 'headers'].map((m) => `LoadModule ${m}_module /usr/lib/apache2/modules/mod_${m}.so\n`).join('')}TypesConfig /dev/null\nAddType text/html .html\nDocumentRoot ${root}/www\nDirectoryIndex index.html\n<Directory ${root}/www>\nRequire all granted\n${more}</Directory>\n`;
const start_nginx = (program: string, config: string) => spawn(program, ['-p', root, '-e', join(root, 'nginx.log'), '-c', config], { stdio: 'ignore' });
const start_apache = (program: string, config: string) => spawn(program, ['-f', config, '-DFOREGROUND'], { stdio: 'ignore' });
// as README.md has it
const apache_rules = 'RewriteEngine On\nRewriteCond %{HTTP:Accept-Encoding} br\nRewriteCond %{REQUEST_FILENAME}.br -f\nRewriteRule \\.(html|js|wasm|svg|json|bin)$ %{REQUEST_URI}.br [L]\nRewriteCond %{HTTP:Accept-Encoding} gzip\nRewriteCond %{REQUEST_FILENAME}.gz -f\nRewriteRule \\.(html|js|wasm|svg|json|bin)$ %{REQUEST_URI}.gz [L]\nAddEncoding br .br\nAddEncoding gzip .gz\nRemoveType .gz\nAddType text/javascript .js\n';

const hosts: Host[] = [
  { name: "Python's http.server", program: found('/usr/bin/python3'), config: () => '', start: (program, _, port) => spawn(program, ['-m', 'http.server', String(port), '--bind', '127.0.0.1', '--directory', join(root, 'www')], { stdio: 'ignore' }), encoding: null },
  { name: 'nginx, as it comes', program: nginx, config: nginx_with(''), start: start_nginx, encoding: null },
  { name: 'nginx, gzip_static', program: nginx, config: nginx_with('gzip_static on;'), start: start_nginx, encoding: 'gzip' },
  { name: 'nginx, which redirects index.html to its folder and drops .html', program: nginx, config: nginx_with(without_html), start: start_nginx, encoding: null },
  { name: 'nginx, everything but HTML of an unknown type', program: nginx, config: nginx_with('', 'text/html html;'), start: start_nginx, encoding: null },
  { name: 'Apache, hardly a type known', program: apache, config: apache_with(''), start: start_apache, encoding: null },
  { name: 'Apache, with the compressed files beside', program: apache, config: apache_with(apache_rules), start: start_apache, encoding: 'br' },
];
for (const host of hosts)
  test(host.name, { skip: host.program ? false : 'this server is not installed here' }, async () => {
    const port = await free_port(), config = join(root, 'host.conf');
    writeFileSync(config, host.config(port));
    const server = host.start(host.program!, config, port);
    try {
      for (let i = 0; i < 100; ++i) if (await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => new Promise((r) => setTimeout(() => r(false), 100)))) break;
      assert.equal((await race_at(`http://127.0.0.1:${port}`)).get('content-encoding'), host.encoding);
    } finally {
      const gone = new Promise((resolve) => server.once('exit', resolve)); // the next one takes over its files
      if (server.exitCode === null && server.kill()) await gone;
    }
  });

test('every file of one wrong type, be it text or bytes', async () => {
  for (const type of ['text/plain', 'application/octet-stream', 'text/html', 'application/wasm; charset=utf-8']) {
    const site = await serve(undefined, [], undefined, (file) => (file.endsWith('.html') ? 'text/html' : type));
    assert.equal((await race_at(site.origin)).get('content-type'), type);
    site.close();
  }
});
