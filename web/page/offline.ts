// The page without a network: a service worker keeps its files, the page hands it the data that was used and found good.
// Never in a frame (the course site's storage is not ours), never from file://, never in the single file.
import { single_file } from './fetch_bytes';
import { trusted } from './trusted';

const packs_cache = 'downhill-packs', script = './service_worker.js';

export function may_keep(): boolean {
  return window.parent === window && isSecureContext && location.protocol.startsWith('http') && !single_file && 'serviceWorker' in navigator && 'caches' in window;
}

/** Resolves when every file of this version is kept; never, where that can't be. */
export async function keep_page(): Promise<void> {
  if (!(await navigator.serviceWorker.getRegistration())) {
    // a host that names another type would have it refused, with an error in the console
    const told = await fetch(script, { method: 'HEAD' });
    if (!/javascript/.test(told.headers.get('content-type') ?? '')) throw new Error('the host names another type');
  }
  await navigator.serviceWorker.register(trusted.createScriptURL(script));
  await navigator.serviceWorker.ready;
}

/** Keeps a data pack that workers have opened, and forgets those that no version knows. */
export async function keep_pack(file: string, bytes: Uint8Array, known: string[]): Promise<void> {
  const cache = await caches.open(packs_cache), address = (name: string) => new URL(name, document.baseURI).href;
  await cache.put(address(file), new Response(bytes as BodyInit));
  const names = new Set(known.map(address));
  for (const request of await cache.keys()) if (!names.has(request.url)) await cache.delete(request);
}
