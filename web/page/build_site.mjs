// Builds dist/site from what CMake has made: bundles the page, hashes names, copies modules and packs.
// Every address in the site is relative, so that it runs under any path.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip, gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

const page = 'web/page', out = 'dist/site';
const scalar = 'build/wasm-scalar', simd = 'build/wasm-simd', packs_dir = 'build/wasm-scalar/packs';

// One glue script serves both trainer modules, so it must be the same for both.
if (readFileSync(join(scalar, 'trainer.mjs'), 'utf8') !== readFileSync(join(simd, 'trainer.mjs'), 'utf8')) throw new Error('the trainer modules want different scripts');

const entries = new Map(); // name in the site → content
const hash_of = (content) => createHash('sha256').update(content).digest('hex').slice(0, 12);
/** Adds a file under a name that carries its hash, and returns the name. */
function hashed(name, content) {
  const [stem, ...rest] = name.split('.');
  const file = `${stem}-${rest[0] === 'wasm' ? hash_of(`packed ${hash_of(content)}`) : hash_of(content)}.${rest.join('.')}`; // modules lie there packed, which they did not always
  entries.set(file, content);
  return file;
}

const packs = JSON.parse(readFileSync(join(packs_dir, 'packs.json'), 'utf8'));
const files = {
  app: hashed('app.wasm', readFileSync(join(scalar, 'split/modules/app.wasm'))),
  trainer_simd: hashed('trainer-simd.wasm', readFileSync(join(simd, 'trainer.wasm'))),
  trainer_scalar: hashed('trainer-scalar.wasm', readFileSync(join(scalar, 'trainer.wasm'))),
  script: hashed('script.wasm', readFileSync(join(scalar, 'script.wasm'))),
};
// of each lab but the first, what it needs besides the app
const lab_modules = JSON.parse(readFileSync(join(scalar, 'split/modules.json'), 'utf8'));
files.labs = Object.fromEntries(Object.entries(lab_modules).map(([lab, modules]) => [lab, modules.map((id) => hashed(`lab-${id}.wasm`, readFileSync(join(scalar, `split/modules/${id}.wasm`))))]));
// words by part (what all labs share, '', and what comes with one) and language; letters of each script
const generated = (file) => readFileSync(join(scalar, 'generated', file));
const languages = readdirSync('assets/strings').map((file) => basename(file, '.json'));
const by_language = (act) => Object.fromEntries(languages.map((language) => [language, act(language)]));
const words = by_language((language) => JSON.parse(generated(`words_${language}.json`)));
const words_file = (part, language) => hashed(part ? `lab-${part}-${language}.json` : `words-${language}.json`,
  Buffer.from(JSON.stringify({ ...words[language].parts[part], ...(part ? {} : { titles: words[language].titles }) })));
files.words = Object.fromEntries(['', ...Object.keys(files.labs)].map((part) => [part, by_language((language) => words_file(part, language))]));
// data of one's own: what is done with them, the worker that reads them, its module, and what is said
const spoken = by_language((language) => JSON.parse(readFileSync(`assets/strings/${language}.json`, 'utf8')));
files.own = {
  module: hashed('own.wasm', readFileSync(join(scalar, 'own.wasm'))),
  words: by_language((language) => hashed(`own-${language}.json`, Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(spoken[language]).filter(([key]) => key.startsWith('own.'))))))),
};
files.code = JSON.parse(readFileSync('assets/labs.json', 'utf8')).flatMap(({ id, code }) => (code ? [id] : [])); // labs that show a script
files.letters = Object.fromEntries(['latin', 'chinese', 'rare', 'code'].map((script) => [script, hashed(`letters-${script}.bin`, generated(`letters_${script}.bin`))]));

// Classic scripts: hosts that name a wrong type for .js would have modules refused. The modules' import.meta is not
// used, since they are handed their WebAssembly. The oldest browsers are those that old_browser.js lets through.
const common = { bundle: true, format: 'iife', target: ['chrome97', 'firefox102', 'safari16'], define: { 'import.meta.url': '""' }, minify: true, write: false, loader: { '.css': 'text' }, legalComments: 'none', logLevel: 'warning' };
const aliases = { 'trainer.mjs': resolve(scalar, 'trainer.mjs'), 'app.mjs': resolve(scalar, 'app.mjs'), 'strings.ts': resolve(scalar, 'generated/strings.ts'), 'formulas.ts': resolve(scalar, 'generated/formulas.ts') };
const bundle = async (entry, options = {}) => (await esbuild.build({ ...common, entryPoints: [join(page, entry)], alias: aliases, ...options })).outputFiles[0].text;
files.own.script = hashed('own.js', Buffer.from(await bundle('own/own.ts')));
files.own.worker = hashed('own-worker.js', Buffer.from(await bundle('own/worker.ts')));
files.sizes = Object.fromEntries([...entries].map(([file, content]) => [file, content.length]));

// The DOM around the canvas gets the strings that its files name, in full or by their beginning ('nav.', 'help.key_').
const strings = Object.fromEntries(Object.keys(spoken.zh).map((key) => [key, by_language((language) => spoken[language][key])]));
const labs = JSON.parse(readFileSync('assets/labs.json', 'utf8'));
const page_text = readdirSync(page).filter((file) => /\.(ts|js|html)$/.test(file)).map((file) => readFileSync(join(page, file), 'utf8')).join('\n');
const named = new Set([...page_text.matchAll(/['"`]([a-z]\w*\.[\w./]*)/g)].map((match) => match[1]));
const beginnings = [...named].filter((name) => /[./_]$/.test(name));
const page_strings = Object.fromEntries(Object.entries(strings).filter(([key]) => named.has(key) || beginnings.some((beginning) => key.startsWith(beginning))));
writeFileSync(aliases['strings.ts'], `export const strings = ${JSON.stringify(page_strings, null, 1)} as const;\n`);

const worker = (await bundle('worker.ts')).replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
const virtual = {
  name: 'virtual',
  setup(build) {
    build.onResolve({ filter: /^(bench-source|site-files)$/ }, ({ path }) => ({ path, namespace: 'virtual' }));
    build.onLoad({ filter: /.*/, namespace: 'virtual' }, ({ path }) => path === 'bench-source'
      ? { contents: bench_worker, loader: 'text' }
      : { contents: `export const files = ${JSON.stringify(files)}; export const packs = ${JSON.stringify(packs)}; export const labs = ${JSON.stringify(labs.map(({ id, section, drawing }) => ({ id, section, drawing })))};`, loader: 'js' });
  },
};
const bench_worker = await bundle('bench_worker.ts');
const script = hashed('main.js', await bundle('main.ts', { plugins: [virtual] }));
const css = readFileSync(join(scalar, 'generated/tokens.css'), 'utf8') + readFileSync(join(page, 'style.css'), 'utf8');
// in the pages themselves: a style sheet of a wrong type is refused, and the first paint need not wait for it
const style = (await esbuild.transform(css, { loader: 'css', minify: true })).code;
const old_text = (await esbuild.transform(readFileSync(join(page, 'old_browser.js'), 'utf8'), { target: 'es5', minify: true, charset: 'utf8',
  define: { TOO_OLD: JSON.stringify(strings['status.too_old']), BROKEN: JSON.stringify(strings['status.broken']) } })).code;
const early_text = await bundle('ask_early.js', { target: 'es5', define: { FILES: JSON.stringify([files.app, files.trainer_simd, files.letters.latin]), TONGUES: JSON.stringify(by_language((language) => [files.words[''][language], ...(language === 'zh' ? [files.letters.chinese] : [])])),
  LABS: JSON.stringify(Object.fromEntries(Object.entries(files.labs).map(([lab, modules]) => [lab, by_language((language) => [...modules, files.words[lab][language], ...(language === 'zh' ? [files.letters.rare] : []), ...(files.code.includes(lab) ? [files.letters.code] : [])])]))) } });
// scripts that stand in the pages themselves are let in by their hash
const script_hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const bench_script = hashed('bench.js', await bundle('bench.ts', { plugins: [virtual] }));
// What the pages may do: nothing that is not theirs. Styles may stand on elements (typeset formulas have them); text never becomes code.
const policy = `default-src 'self'; script-src 'self' ${script_hash(old_text)} ${script_hash(early_text)} 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; worker-src 'self' blob:; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types downhill`;
// links to the labs, before there is an app to ask
const lab_links = labs.map(({ id, first }) => `<a href="#${id}"${first ? ' aria-current="page"' : ''} data-text="nav.${id}">${strings['nav.' + id].zh}</a>`).join('');
const filled = (file, script_file) => readFileSync(join(page, file), 'utf8').replace('{{policy}}', policy).replace('{{labs}}', lab_links).replace('{{lab_ids}}', labs.map(({ id }) => id).join(' | ')).replace('{{script}}', script_file).replace('{{old_browser}}', () => old_text).replace('{{ask_early}}', () => early_text).replace('{{worker}}', () => worker).replace('{{style}}', () => style);
const html = filled('index.html', script);
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'index.html'), html);
writeFileSync(join(out, 'bench.html'), filled('bench.html', bench_script));
writeFileSync(join(out, 'embedding.html'), filled('embedding.html', ''));

// The same page in one file, for double clicks and for frames without an origin: style and script inline (by their hash, so
// that nothing else may run), modules and the quick data as blocks. Each WebAssembly module once: the one with SIMD.
const in_page = (text) => text.toString().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--'), main_text = in_page(entries.get(script)), own_text = in_page(entries.get(files.own.script));
const single_policy = `default-src 'none'; script-src ${script_hash(main_text)} ${script_hash(own_text)} ${script_hash(old_text)} 'wasm-unsafe-eval'; style-src 'unsafe-inline'; img-src blob: data:; worker-src blob:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types downhill`;
const block = (file, bytes, packed) => `<script type="text/plain" id="file:${file}" data-packed="${packed}">${(packed === 'gzip' ? gzipSync(bytes, { level: 9 }) : bytes).toString('base64')}</script>\n`;
const quick = packs.find((pack) => pack.id === 'quick');
const inlined = [files.app, files.trainer_simd, files.script, files.own.module, files.own.worker, ...Object.values(files.own.words), ...new Set(Object.values(files.labs).flat()), ...Object.values(files.words).flatMap(Object.values), ...Object.values(files.letters)];
const blocks = inlined.map((file) => block(file, entries.get(file), 'gzip')).join('') + block(quick.file, readFileSync(join(packs_dir, quick.file)), 'none');
const icon = 'data:image/svg+xml;base64,' + readFileSync(join(page, 'icon.svg')).toString('base64');
const single = readFileSync(join(page, 'index.html'), 'utf8')
  .replace('{{policy}}', single_policy)
  .replace('{{labs}}', lab_links)
  .replace(/<link rel="icon"[^>]*>/, () => `<link rel="icon" href="${icon}">`)
  .replace(/<link rel="manifest"[^>]*>\n?/, '')
  .replace('{{style}}', () => style)
  .replace('{{old_browser}}', () => old_text)
  .replace('{{worker}}', () => worker)
  .replace('<script>{{ask_early}}</script>\n', '')
  .replace(/<script src="[^"]*script}}[^>]*><\/script>\n?/, '')
  .replace('href="./"', `href="#${labs.find(({ first }) => first).id}"`)
  .replace('</body>', () => `${blocks}<script>${own_text}</script>\n<script>${main_text}</script>\n</body>`);
writeFileSync(join(out, 'downhill.html'), single);
writeFileSync('dist/downhill.html', single);
writeFileSync(join(out, 'downhill-embed.js'), (await esbuild.transform(readFileSync(join(page, 'downhill-embed.js'), 'utf8'), { target: common.target, minify: true, charset: 'utf8',
  define: Object.fromEntries(['gone', 'anew', 'silent'].map((id) => [id.toUpperCase(), JSON.stringify(strings['element.' + id])])) })).code);
cpSync(join(page, 'manifest.webmanifest'), join(out, 'manifest.webmanifest'));
// Modules lie there packed, since many a host packs nothing; the page unpacks them (fetch_bytes.ts). What stands beside them, for hosts
// that do, is of what is in them.
const packed = (file, content) => (file.endsWith('.wasm') ? gzipSync(content, { level: 9 }) : content);
for (const [file, content] of entries) writeFileSync(join(out, file), packed(file, content));
cpSync(join(page, 'icon.svg'), join(out, 'icon.svg'));
const kept = ['index.html', script, files.own.script, ...inlined, 'icon.svg', 'manifest.webmanifest'];
const keeper = readFileSync(join(page, 'service_worker.js'), 'utf8').replace('{{files}}', kept.join(' ')).replace('{{when_used}}', files.trainer_scalar).replace('{{modules}}', [...entries].filter(([file]) => file.endsWith('.wasm')).map(([file, content]) => `${file}=${hash_of(content)}=${hash_of(packed(file, content))}`).join(' ')).replace('{{packs}}', packs.map((pack) => pack.file).join(' '));
// whatever is kept, and how, makes another version
const version = kept.reduce((hash, file) => hash.update(readFileSync(join(out, file))), createHash('sha256').update(keeper)).digest('hex').slice(0, 12);
writeFileSync(join(out, 'service_worker.js'), keeper.replace('{{version}}', version));
for (const pack of packs) cpSync(join(packs_dir, pack.file), join(out, basename(pack.file)));

// Beside what shrinks, the same compressed, for hosts that hand such files out (nginx gzip_static, Apache with two
// rewrite rules); kept by content, since Brotli at its best is slow. Packs and letters are compressed in themselves.
const pressed = 'build/compressed';
mkdirSync(pressed, { recursive: true });
await Promise.all(readdirSync(out).filter((file) => /\.(html|js|wasm|svg|json)$/.test(file) && statSync(join(out, file)).size > 4096).flatMap((file) => {
  const content = entries.get(file) ?? readFileSync(join(out, file)), key = createHash('sha256').update(content).digest('hex').slice(0, 24);
  return [['br', promisify(brotliCompress)], ['gz', (bytes) => promisify(gzip)(bytes, { level: 9 })]].map(async ([ending, compress]) => {
    const kept = join(pressed, `${key}.${ending}`);
    if (!existsSync(kept)) writeFileSync(kept, await compress(content));
    cpSync(kept, join(out, `${file}.${ending}`));
  });
}));

// The licences of what is inside, as their projects and Debian state them.
const sources = process.env.DOWNHILL_SOURCES_DIR ?? '', own_sources = process.env.DOWNHILL_OWN_SOURCES_DIR ?? join(sources, '../own_sources'), docs = process.env.DOWNHILL_DOC_DIR ?? '/usr/share/doc';
const notices = {
  imgui: join(sources, 'imgui/LICENSE.txt'), sdl2: join(sources, 'libsdl2/LICENSE.txt'), zlib: join(sources, 'zlib/LICENSE'), fflate: 'node_modules/fflate/LICENSE',
  stb: join(own_sources, 'libstb/LICENSE'), libwebp: join(own_sources, 'libwebp/COPYING'), 'libwebp-patents': join(own_sources, 'libwebp/PATENTS'), minizip: join(own_sources, 'zlib/contrib/minizip/MiniZip64_info.txt'),
  eigen: join(docs, 'libeigen3-dev/copyright'), 'nlohmann-json': join(docs, 'nlohmann-json3-dev/copyright'), 'fashion-mnist': join(docs, 'dataset-fashion-mnist/copyright'),
  inter: join(docs, 'fonts-inter/copyright'), 'noto-sans-cjk': join(docs, 'fonts-noto-cjk/copyright'), emscripten: process.env.DOWNHILL_EMSCRIPTEN_NOTICE ?? join(docs, 'emscripten/copyright'),
};
mkdirSync(join(out, 'licenses'));
cpSync('LICENSE', join(out, 'licenses/downhill.txt'));
cpSync('THIRD_PARTY.md', join(out, 'licenses/THIRD_PARTY.md'));
for (const [name, path] of Object.entries(notices)) {
  if (existsSync(path)) writeFileSync(join(out, 'licenses', name + '.txt'), readFileSync(path)); // a plain copy: Debian's may be a link
  else console.warn(`build_site: no licence text at ${path}; add it to dist/site/licenses before you publish`);
}
