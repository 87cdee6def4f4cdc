// Keeps the page for when there is no network. One cache a version, filled before the version serves anything, so that
// no page mixes two; data packs have a cache of their own, since their names say what is in them.
const version = '{{version}}', files = '{{files}}'.split(' ');
const cache_name = 'downhill-' + version, packs_name = 'downhill-packs';

self.addEventListener('install', (event) => event.waitUntil((async () => {
  const cache = await caches.open(cache_name);
  await cache.addAll(files.map((file) => new Request(file, { cache: 'reload' })));
  await self.skipWaiting();
})()));

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('downhill-') && name !== cache_name && name !== packs_name) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener('fetch', (event) => {
  const { request } = event, scope = self.registration.scope, url = new URL(request.url);
  if (request.method !== 'GET' || !url.href.startsWith(scope)) return;
  const file = url.pathname.slice(new URL(scope).pathname.length);
  event.respondWith((async () => {
    if (file.endsWith('.pack')) {
      const kept = request.cache === 'reload' ? undefined : await (await caches.open(packs_name)).match(url.origin + url.pathname);
      return kept ?? fetch(request);
    }
    const cache = await caches.open(cache_name);
    const kept = await cache.match(file === '' ? new URL('index.html', scope) : url.origin + url.pathname);
    if (kept) return kept;
    const response = await fetch(request);
    // what is used once is there the next time: the module without SIMD, the speed page
    if (response.ok && response.type === 'basic') await cache.put(url.origin + url.pathname, response.clone());
    return response;
  })());
});
