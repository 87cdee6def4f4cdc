// The page without a network: a service worker keeps its files, the page hands it the data that was used and found good.
// Never in a frame (the course site's storage is not ours), never from file://, never in the single file.
import { single_file } from './fetch_bytes';
import { trusted } from './trusted';

const script = './service_worker.js';
// the scope stands in the names of caches: all deployments on an origin share one store (service_worker.js has the same)
const address = (file: string) => new URL(file, document.baseURI).href, packs_cache = () => `downhill packs ${address('./')}`;

export function may_keep(): boolean {
  return window.parent === window && isSecureContext && location.protocol.startsWith('http') && !single_file && 'serviceWorker' in navigator && 'caches' in window;
}

/** Resolves when every file of this version is kept; never, where that can't be. */
export async function keep_page(): Promise<void> {
  if ((await navigator.serviceWorker.getRegistration())?.scope !== address('./')) {
    // a host that names another type would have it refused, with an error in the console
    const told = await fetch(script, { method: 'HEAD' });
    if (!/javascript/.test(told.headers.get('content-type') ?? '')) throw new Error('the host names another type');
  }
  await navigator.serviceWorker.register(trusted.createScriptURL(script));
  await navigator.serviceWorker.ready;
}

/** Keeps a data pack that workers have opened, unless it is kept already (`anew`: that copy was found bad), and forgets those that this version doesn't know. */
export async function keep_pack(file: string, bytes: Uint8Array, anew: boolean, known: string[]): Promise<void> {
  const cache = await caches.open(packs_cache()), names = new Set(known.map(address));
  if (anew || !(await cache.match(address(file)))) await cache.put(address(file), new Response(bytes as BodyInit));
  for (const request of await cache.keys()) if (!names.has(request.url)) await cache.delete(request);
}
