// Keeps the page for when there is no network. It answers for the files of its own version and for data packs, by their
// exact names; whatever else lies below its scope is the host's. One cache a version, filled before the version serves
// anything, so that no page mixes two; it stays as long as a page of that version may be open, which may yet ask for a file that
// the host has no more. Packs have a cache of their own, since their names say what is in them. The scope
// stands in the caches' names, for all deployments on an origin share one store (offline.ts names the packs' cache, too).
const version = '{{version}}', files = '{{files}}'.split(' '), when_used = '{{when_used}}'.split(' '), packs = '{{packs}}'.split(' ');
const modules = new Map('{{modules}}'.split(' ').map((each) => [each.split('=')[0], each.split('=').slice(1)])); // hashes as they are and packed: they may come either way (fetch_bytes.ts)
const scope = self.registration.scope, cache_name = `downhill ${version} ${scope}`, packs_name = `downhill packs ${scope}`;
const page = 'index.html', script = files.find((file) => /^main-.*\.js$/.test(file)), address = (file) => scope + file;

/** Keeps what the host gave for a file of this version; refused is what isn't that file, as a host's front page in its place. */
async function keep(file, response) {
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  let bytes = await response.arrayBuffer();
  const named = /-([0-9a-f]{12})\./.exec(file)?.[1], wanted = modules.get(file) ?? (named && [named]);
  const found = wanted && [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (wanted ? !wanted.includes(found.slice(0, 12)) : file === page && !new TextDecoder().decode(bytes).includes(script)) throw new Error(`${file}: not this version's`);
  // anew: a navigation refuses an answer that was redirected, the store one that varies by everything
  const headers = new Headers(response.headers);
  for (const name of ['vary', 'content-encoding', 'content-length']) headers.delete(name);
  if (modules.has(file)) { // as it is, and typed: the browser may keep its compiled code
    headers.set('content-type', 'application/wasm');
    if (new Uint8Array(bytes)[0] === 0x1f && 'DecompressionStream' in self) bytes = await new Response(new Response(bytes).body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
  }
  await (await caches.open(cache_name)).put(address(file), new Response(bytes, { headers }));
}

/** Caches of versions before the scope stood in the names: what lies in our folder goes, packs come along. */
async function clear_former() {
  for (const name of await caches.keys()) {
    if (!/^downhill-([0-9a-f]{12}|packs)$/.test(name)) continue;
    const former = await caches.open(name);
    for (const request of await former.keys()) {
      const file = request.url.slice(scope.length);
      if (!request.url.startsWith(scope) || file.includes('/')) continue;
      if (packs.includes(file)) await (await caches.open(packs_name)).put(request, await former.match(request));
      await former.delete(request, { ignoreVary: true });
    }
    if (!(await former.keys()).length) await caches.delete(name);
  }
}

self.addEventListener('install', (event) => event.waitUntil((async () => {
  // all are waited for: none shall be put after the cache has gone
  const tried = await Promise.allSettled(files.map(async (file) => keep(file, await fetch(address(file), { cache: 'reload' }))));
  const failed = tried.find(({ status }) => status === 'rejected');
  if (failed) {
    await caches.delete(cache_name);
    throw failed.reason;
  }
  await self.skipWaiting();
})()));

/** Pages that this version was asked for since it was woken: of others that are open it isn't known what they are. */
const answered = new Set();
let cleared = false;
/** Caches of former versions go once no page is open that may be of one. They stand before ours, in the order in which they were
 *  made; one behind it may be that of a version which is being installed. */
async function clear_older() {
  const is_page = ({ url }) => [scope, scope + page].includes(url.split(/[?#]/)[0]);
  const open = (await self.clients.matchAll({ type: 'window', includeUncontrolled: true })).filter(is_page);
  if (cleared || !open.every(({ id }) => answered.has(id))) return;
  cleared = true;
  const names = await caches.keys();
  for (const name of names.slice(0, Math.max(0, names.indexOf(cache_name)))) if (/^downhill \S+ /.test(name) && name.endsWith(' ' + scope) && name !== packs_name) await caches.delete(name);
}

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  await clear_older();
  await clear_former().catch(() => undefined); // a full store
  await self.clients.claim();
})()));

/** The file that is asked for, if it is one of ours. The page's own address may have a query, which is for the page alone. */
function file_of({ url, mode }) {
  const [whole] = url.split('#');
  if (!whole.startsWith(scope)) return null;
  const file = whole.slice(scope.length), [bare] = file.split('?');
  if (file === '' || (mode === 'navigate' && (bare === '' || bare === page))) return page;
  return [files, when_used, packs].some((names) => names.includes(file)) ? file : null;
}

/** Whether an address is that of a file which has its hash in its name, as those of all versions have. */
const is_hashed = (url) => url.startsWith(scope) && /^[\w-]+-[0-9a-f]{12}\.\w+$/.test(url.slice(scope.length));

self.addEventListener('fetch', (event) => {
  const { request } = event, file = request.method === 'GET' ? file_of(request) : null;
  if (!file) {
    // of another version, whose page is still open
    if (request.method === 'GET' && is_hashed(request.url)) event.respondWith(caches.match(request.url).catch(() => undefined).then((kept) => kept ?? fetch(request)));
    return;
  }
  if (event.resultingClientId) answered.add(event.resultingClientId);
  else if (!cleared && answered.has(event.clientId)) event.waitUntil(clear_older());
  event.respondWith((async () => {
    const of_packs = packs.includes(file);
    // a store that can't be read is as good as none; a pack that was found bad is asked for anew
    const kept = of_packs && request.cache === 'reload' ? undefined : await caches.open(of_packs ? packs_name : cache_name).then((cache) => cache.match(address(file))).catch(() => undefined);
    if (kept) return kept;
    const response = await fetch(request);
    // packs are kept by the page, once they are known to be good
    if (!of_packs) event.waitUntil(keep(file, response.clone()).catch(() => undefined));
    return response;
  })());
});
