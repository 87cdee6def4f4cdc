// Files beside the page, with progress; or, in the single-file page, blocks of the page itself (base64 of gzip, see
// build_site.mjs). Nothing is ever fetched from elsewhere.
import { gunzipSync } from 'fflate';
import { files } from 'site-files';

/** Whether everything is in the page itself. */
export const single_file = document.querySelector('script[id^="file:"]') !== null;

function inlined(file: string): Uint8Array | null {
  const block = document.getElementById('file:' + file);
  if (!block) return null;
  const packed = Uint8Array.from(atob(block.textContent ?? ''), (c) => c.charCodeAt(0));
  return block.dataset.packed === 'gzip' ? gunzipSync(packed) : packed;
}

/** The host has no such file, or another one by its name: very likely a newer version was put there. */
export class NotThisVersion extends Error {}

/** What ask_early.js has asked for already, each answer for one use. */
const asked = window.downhill_asked ?? {};

async function answer_for(file: string, cache: RequestCache = 'default'): Promise<Response> {
  if (single_file) throw new Error('404');
  const early = cache === 'default' ? asked[file] : undefined;
  delete asked[file];
  const response = await (early ?? fetch(new URL(file, document.baseURI), { cache }));
  if (response.status === 404 || response.status === 410) throw new NotThisVersion(`${response.status}`);
  if (!response.ok) throw new Error(`${response.status}`);
  return response;
}

// Modules lie at the host packed by gzip, since many a host packs nothing. One that gives the Brotli beside them, or unpacks them, gives
// them as they are.
const is_packed = (bytes: Uint8Array | undefined) => bytes?.[0] === 0x1f;

/** A module's answer with its bytes as they are, while they arrive: where they come so and typed, the host's own, whose compiled code
 *  the browser may keep. */
async function unpacked(response: Response): Promise<Response> {
  const peek = response.clone().body!.getReader(), { value } = await peek.read();
  peek.cancel().catch(() => undefined);
  const as_module = (body: BodyInit | null) => new Response(body, { headers: { 'content-type': 'application/wasm' } });
  if (!is_packed(value)) return response.headers.get('content-type')?.trim().toLowerCase() === 'application/wasm' ? response : as_module(response.body); // a parameter behind it is refused, too
  if ('DecompressionStream' in window) return as_module(response.body!.pipeThrough(new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>));
  return as_module(gunzipSync(new Uint8Array(await response.arrayBuffer())) as BufferSource); // browsers of before 2023
}

/** A WebAssembly module, compiled while it arrives, whatever type the host gives it; `answered`: the host has begun to. */
export async function fetch_module(file: string, answered: () => void): Promise<WebAssembly.Module> {
  const own = inlined(file);
  if (own) return WebAssembly.compile(own as BufferSource);
  const response = await answer_for(file);
  answered();
  return WebAssembly.compileStreaming(await unpacked(response));
}

export async function fetch_bytes(file: string, expected: number, progress?: (received: number, total: number) => void, anew = false): Promise<Uint8Array> {
  const own = inlined(file);
  if (own) return own;
  const bytes = await read_whole(await answer_for(file, anew ? 'reload' : 'default'), expected, progress);
  if (!file.endsWith('.wasm') || !is_packed(bytes)) return bytes;
  try { return gunzipSync(bytes); } catch { throw new NotThisVersion(`${file}: damaged`); }
}

const patience_ms = 180_000; // of the slowest line
const once = new Map<string, Promise<Uint8Array>>();
const bad = new Set<string>(); // what came was of no use, and a cache may still hold it
/** What came is of no use: the next one who wants the file asks the host. */
export const forget_file = (file: string) => { once.delete(file); bad.add(file); };
/** A file of this version, asked for once, and again only where that failed, took minutes, or brought something else, as
 *  a host's front page: then past the browser's cache. */
export function file_once(file: string): Promise<Uint8Array> {
  let bytes = once.get(file);
  if (!bytes) {
    const size = files.sizes[file] ?? 0;
    const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`${file}: no answer`)), patience_ms));
    once.set(file, bytes = Promise.race([fetch_bytes(file, size, undefined, bad.has(file)), late]).then((found) => {
      if (found.length !== size) throw new NotThisVersion(`${file}: not this version's`);
      return found;
    }));
    late.catch(() => {});
    bytes.catch((error) => { if (error instanceof NotThisVersion) forget_file(file); else once.delete(file); });
  }
  return bytes;
}

async function read_whole(response: Response, expected: number, progress?: (received: number, total: number) => void): Promise<Uint8Array> {
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const parts: Uint8Array[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    received += value.length;
    progress?.(Math.min(received, expected), expected);
  }
  const bytes = new Uint8Array(received);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
