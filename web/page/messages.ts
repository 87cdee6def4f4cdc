// The public verbs by postMessage, for pages that embed this one: {downhill: 1, id, verb, args} is answered by
// {downhill: 1, id, ok} or {downhill: 1, id, error}; events come as {downhill: 1, event, detail}. Nothing secret is held
// here, so whoever asks is answered; verbs and arguments are checked by the app's own table, as those of window.downhill.
import { events, type Call, type Downhill, type EventName } from './downhill_api';
import type { Words } from './words';

interface Request { id: string | number | null; verb: string; args: unknown[] | null }

/** The request in a message (args are null where they are no list), or null for a message that is not for us. */
export function request_in(data: unknown): Request | null {
  if (typeof data !== 'object' || data === null || (data as { downhill?: unknown }).downhill !== 1) return null;
  const { id, verb, args = [] } = data as { id?: unknown; verb?: unknown; args?: unknown };
  if (typeof verb !== 'string') return null; // an answer or an event of another frame
  return { id: typeof id === 'number' || (typeof id === 'string' && id.length <= 100) ? id : null, verb, args: Array.isArray(args) ? args : null };
}

let ask_for_page: () => void;
const asked_for = new Promise<void>((resolve) => { ask_for_page = resolve; });

export function answer_messages(api: Downhill, call: Call, words: Words): void {
  window.addEventListener('message', (event) => {
    const request = request_in(event.data), asker = event.source as Window | null;
    if (!request || !asker || asker === window) return;
    const answer = (rest: object) => asker.postMessage({ downhill: 1, id: request.id, ...rest }, '*');
    ask_for_page();
    const act = async () => {
      await api.ready;
      if (!request.args) throw new Error(words.say('call.no_list'));
      const ok = await call(request.verb, request.args);
      return ok instanceof Blob ? new Uint8Array(await ok.arrayBuffer()) : ok ?? null;
    };
    act().then((ok) => answer({ ok }), (error: unknown) => answer({ error: (error as Error).message }));
  });
  if (window.parent === window) return;
  const tell = (event: EventName | 'here', detail: unknown = null) => window.parent.postMessage({ downhill: 1, event, detail: detail ?? null }, '*');
  for (const name of events) api.on(name, (detail) => tell(name, detail));
  tell('here'); // from now on what is asked is answered
}

/** Resolves when the page is in sight or asked for something: an embed further down a course page costs nothing until then. */
export function in_sight(): Promise<void> {
  if (window.parent === window || !('IntersectionObserver' in window)) return Promise.resolve();
  return new Promise((resolve) => {
    void asked_for.then(resolve);
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
