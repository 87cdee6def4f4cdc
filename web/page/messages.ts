// The public verbs by postMessage, for pages that embed this one: {downhill: 1, id, verb, args} is answered by
// {downhill: 1, id, ok} or {downhill: 1, id, error}; events come as {downhill: 1, event, detail}. Nothing secret is held
// here, so whoever asks is answered; what is asked is checked by shape and size.
import type { Downhill, EventName } from './downhill_api';

/** Verbs, and how many arguments each may have. */
const verbs = { getState: 0, setState: 1, start: 0, pause: 0, step: 1, reset: 0, seek: 1, undo: 0, redo: 0, show: 1, explain: 0, results: 0, items: 0, stats: 0, screenshot: 0 } as const;
const text_most = 1_000_000;
const forwarded: EventName[] = ['ready', 'height', 'state', 'progress', 'finished', 'error'];

interface Request { id: string | number | null; verb: keyof typeof verbs; args: unknown[] }

/** The request in a message, a sentence about what is wrong with it, or null for a message that is not for us. */
export function request_in(data: unknown): Request | { id: Request['id']; wrong: string } | null {
  if (typeof data !== 'object' || data === null || (data as { downhill?: unknown }).downhill !== 1) return null;
  const { id, verb, args = [] } = data as { id?: unknown; verb?: unknown; args?: unknown };
  if (typeof verb !== 'string') return null; // an answer or an event of another frame
  const name = typeof id === 'number' || (typeof id === 'string' && id.length <= 100) ? id : null;
  if (!Object.hasOwn(verbs, verb)) return { id: name, wrong: `no verb ${verb.slice(0, 40)}; there are ${Object.keys(verbs).join(', ')}` };
  if (!Array.isArray(args) || args.length > verbs[verb as keyof typeof verbs]) return { id: name, wrong: `${verb} takes ${verbs[verb as keyof typeof verbs]} arguments, in a list` };
  let size = 0;
  try { size = JSON.stringify(args).length; } catch { size = Infinity; }
  if (size > text_most) return { id: name, wrong: `arguments of more than ${text_most} characters` };
  if ((verb === 'step' || verb === 'seek') && args.length && !Number.isSafeInteger(args[0])) return { id: name, wrong: `${verb} takes a whole number` };
  if (verb === 'show' && (typeof args[0] !== 'object' || args[0] === null)) return { id: name, wrong: 'show takes an object' };
  return { id: name, verb: verb as keyof typeof verbs, args };
}

export function answer_messages(api: Downhill): void {
  window.addEventListener('message', (event) => {
    const request = request_in(event.data), asker = event.source as Window | null;
    if (!request || !asker || asker === window) return;
    const answer = (rest: object) => asker.postMessage({ downhill: 1, id: request.id, ...rest }, '*');
    if ('wrong' in request) return answer({ error: request.wrong });
    const act = async () => {
      await api.ready;
      const ok = await (api[request.verb] as (...args: unknown[]) => unknown)(...request.args);
      return ok instanceof Blob ? new Uint8Array(await ok.arrayBuffer()) : ok ?? null;
    };
    act().then((ok) => answer({ ok }), (error: unknown) => answer({ error: (error as Error).message }));
  });
  if (window.parent === window) return;
  for (const name of forwarded) api.on(name, (detail) => window.parent.postMessage({ downhill: 1, event: name, detail: detail ?? null }, '*'));
}

/** Resolves when the page is in sight: an embed further down a course page costs nothing until it is scrolled to. */
export function in_sight(): Promise<void> {
  if (window.parent === window || !('IntersectionObserver' in window)) return Promise.resolve();
  return new Promise((resolve) => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(document.documentElement);
  });
}

/** The height that suits a width, in CSS px: what the lab's layouts ask for. */
export const suited_height = (width: number): number => (width < 640 ? 780 : width < 1100 ? 680 : 720);
