// Start-up and wiring: fetches the modules, starts the workers, hands messages, commands and frames to the app.
import create_app from 'app.mjs';
import { files, packs } from 'site-files';
import { Emitter, type Downhill, type EventName, type Result, type ScreenItem } from './downhill_api';
import { fetch_bytes } from './fetch_bytes';
import { instantiate_from, with_bytes, with_text } from './heap';
import { InputGate } from './input_gate';
import { NumberField, type EditEvent } from './number_field';
import { from_hash, to_hash } from './share_link';
import { Words, first_language, memory } from './words';
import { WorkerPool, has_simd } from './worker_pool';

const workers_most = 6; // each keeps a copy of the data
const query = new URLSearchParams(location.search);
const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const canvas = element<HTMLCanvasElement>('canvas');
const status = element('status');
const words = new Words(first_language());
const emitter = new Emitter();

// ---- notices ----
const notice = element('notice');
let notice_timer = 0;
function say(text: string, stays = false): void {
  (notice.firstElementChild as HTMLElement).textContent = text;
  notice.hidden = false;
  clearTimeout(notice_timer);
  if (!stays) notice_timer = window.setTimeout(() => { notice.hidden = true; }, 9000);
}
notice.querySelector('button')?.addEventListener('click', () => { notice.hidden = true; });

function stop_with(text: string): void {
  status.textContent = text;
  status.hidden = false;
  emitter.emit('error', text);
}

// ---- theme ----
function set_theme(theme: string): void {
  document.documentElement.dataset.theme = theme;
}
const asked_theme = query.get('theme') ?? memory.get('theme');
set_theme(asked_theme === 'dark' || asked_theme === 'light' ? asked_theme : matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
words.apply();

// ---- the app ----
type Event = { type: string; [key: string]: unknown };

class Page {
  private frame_asked = false;
  private frames_due = 0;
  private drawing = false;
  private state_timer = 0;
  private hidden_pause = false;
  private loading = '';
  pool!: WorkerPool;
  readonly gate: InputGate;
  readonly field: NumberField;

  constructor(private app: AppModule) {
    this.gate = new InputGate(canvas, () => this.input());
    this.field = new NumberField(element<HTMLInputElement>('field'), canvas,
      (id) => { this.command('editing', { id }); this.input(); },
      (id, text) => this.try_command('typed', { id, text }));
  }

  // ImGui wants a second frame after an input for what the first one changed
  input(): void {
    this.frames_due = 2;
    this.ask_frame();
  }
  ask_frame(): void {
    if (this.frame_asked) return;
    this.frame_asked = true;
    requestAnimationFrame((now) => this.frame(now));
  }
  private frame(now: number): void {
    this.frame_asked = false;
    this.drawing = true;
    const answer = this.app._app_frame(now, this.frames_due > 0 ? 1 : 0);
    this.drawing = false;
    this.flush();
    this.gate.wheel_wanted = (answer & 2) !== 0;
    if (this.frames_due > 0) --this.frames_due;
    if (this.frames_due > 0 || answer & 1) this.ask_frame();
  }

  command(verb: string, rest: object = {}): unknown {
    const answer = JSON.parse(with_text(this.app, JSON.stringify({ verb, ...rest }), (p) => this.app.UTF8ToString(this.app._app_command(p)))) as { ok?: unknown; error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.ok;
  }
  /** A command whose refusal is told to the user. */
  try_command(verb: string, rest: object = {}): void {
    try { this.command(verb, rest); } catch (error) { say((error as Error).message); }
    this.input();
  }

  // Events out of a frame wait until it is over: answering may call the app again.
  private events: Event[] = [];
  event(event: Event): void {
    this.events.push(event);
    if (!this.drawing) queueMicrotask(() => this.flush());
  }
  private flush(): void {
    for (const event of this.events.splice(0)) this.on_event(event);
  }
  private on_event(event: Event): void {
    switch (event.type) {
      case 'edit': this.field.open(event as unknown as EditEvent); break;
      case 'notice': say(String(event.text)); emitter.emit('error', event.text); break;
      case 'load_pack': void this.load_pack(String(event.pack), event.anew === true); break;
      case 'state':
        clearTimeout(this.state_timer);
        this.state_timer = window.setTimeout(() => this.put_into_link(event.experiment), 150);
        emitter.emit('state', event.experiment);
        break;
      case 'transport': emitter.emit('progress', event.transport); break;
      case 'finished': emitter.emit('finished', event.results); break;
    }
  }
  private put_into_link(experiment: unknown): void {
    try { history.replaceState(null, '', to_hash(experiment)); } catch { /* frames without an address of their own */ }
  }

  deliver(worker: number, bytes: Uint8Array): void {
    with_bytes(this.app, bytes, (p, n) => this.app._app_deliver(worker, p, n));
    this.ask_frame();
  }

  resize(): void {
    const box = (canvas.parentElement as HTMLElement).getBoundingClientRect();
    this.app._app_resize(Math.max(1, Math.floor(box.width)), Math.max(1, Math.floor(box.height)), devicePixelRatio || 1);
    this.input();
  }

  // ---- data ----
  async load_pack(id: string, anew: boolean, only_worker?: number): Promise<void> {
    const pack = packs.find((p) => p.id === id);
    if (!pack) return;
    this.loading = id;
    try {
      const bytes = await fetch_bytes(pack.file, pack.bytes, (received, total) => {
        this.command('pack_progress', { received, total });
        this.input();
      }, anew);
      this.command('pack_progress', { received: 0, total: 0 });
      for (let worker = 0; worker < this.pool.count; ++worker)
        if (only_worker === undefined || worker === only_worker) this.pool.post(worker, { pack: bytes, id, hash: pack.hash });
    } catch (error) {
      this.command('pack_progress', { received: 0, total: 0 });
      this.command('pack_failed');
      say(words.say('notice.pack_missing', (error as Error).message), true);
    }
    this.input();
  }
  worker_restarted(worker: number): void {
    this.command('worker_restarted', { worker });
    say(words.say('notice.worker_lost'));
    if (this.loading) void this.load_pack(this.loading, false, worker);
  }

  visibility(): void {
    const state = this.command('transport') as { running: boolean };
    if (document.hidden && state.running) {
      this.hidden_pause = true;
      this.command('pause');
    } else if (!document.hidden && this.hidden_pause) {
      this.hidden_pause = false;
      say(words.say('notice.hidden'));
      this.input();
    }
  }

  show_language(): void {
    words.apply();
    const button = element('language');
    button.replaceChildren();
    const parts: [string, boolean][] = [['中文', words.language === 'zh'], ['EN', words.language === 'en']];
    parts.forEach(([text, on], i) => {
      if (i) button.append(' / ');
      const part = document.createElement(on ? 'b' : 'span');
      part.textContent = text;
      button.append(part);
    });
    this.command('language', { language: words.language });
    this.input();
  }
}

async function start(): Promise<void> {
  if (typeof WebAssembly !== 'object') return stop_with(words.say('app.no_wasm'));
  if (!document.createElement('canvas').getContext('webgl2')) return stop_with(words.say('app.no_webgl2'));

  const simd = has_simd() && query.get('simd') !== 'off';
  const trainer_file = simd ? files.trainer_simd : files.trainer_scalar;
  const [app_wasm, trainer_wasm] = await Promise.all([files.app, trainer_file].map(
    async (file) => WebAssembly.compile(await fetch_bytes(file, files.sizes[file] ?? 0) as BufferSource)));
  if (!app_wasm || !trainer_wasm) throw new Error('modules');

  let page: Page | undefined;
  const app = await create_app({
    instantiateWasm: instantiate_from(app_wasm), canvas,
    host: {
      post: (worker: number, bytes: Uint8Array) => page?.pool.post(worker, { bytes }),
      event: (event: Event) => page?.event(event),
    },
  });
  page = new Page(app);
  if (!with_text(app, JSON.stringify(packs), (p) => app._app_create(p))) return stop_with(words.say('app.no_webgl2'));
  const it = page;

  it.show_language();
  it.command('theme', { theme: document.documentElement.dataset.theme });
  try {
    const linked = from_hash(location.hash);
    if (linked !== null) it.command('set_state', { experiment: linked });
  } catch (error) {
    const why = (error as Error).message;
    say(words.say('link.bad', /[^\x20-\x7e]|\s/.test(why) ? why : words.say('link.cut')), true);
  }
  it.resize();
  new ResizeObserver(() => it.resize()).observe(canvas.parentElement as HTMLElement);
  status.hidden = true;

  const asked = Number(query.get('workers'));
  const count = Math.min(workers_most, asked > 0 ? asked : Math.max(1, navigator.hardwareConcurrency || 2));
  it.pool = await WorkerPool.make(trainer_wasm, query.get('workers') === '0' ? 0 : count, {
    message: (worker, bytes) => it.deliver(worker, bytes),
    restarted: (worker) => it.worker_restarted(worker),
  });
  it.command('workers', { count: it.pool.count });
  if (it.pool.on_page) say(words.say('notice.no_workers'));

  element('language').addEventListener('click', () => {
    words.language = words.language === 'zh' ? 'en' : 'zh';
    memory.set('lang', words.language);
    it.show_language();
  });
  element('theme').addEventListener('click', () => {
    set_theme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
    memory.set('theme', document.documentElement.dataset.theme ?? 'light');
    it.command('theme', { theme: document.documentElement.dataset.theme });
    it.input();
  });
  element('defaults').addEventListener('click', () => it.try_command('defaults'));
  element('share').addEventListener('click', () => {
    const link = location.href.split('#')[0] + to_hash(it.command('get_state'));
    const copied = navigator.clipboard?.writeText(link) ?? Promise.reject(new Error('no clipboard'));
    copied.then(() => say(words.say('share.copied')), () => say(words.say('share.manual')));
  });
  document.addEventListener('visibilitychange', () => it.visibility());
  window.addEventListener('hashchange', () => {
    try {
      const linked = from_hash(location.hash);
      if (linked !== null) it.command('set_state', { experiment: linked });
    } catch (error) { say(words.say('link.bad', (error as Error).message)); }
    it.input();
  });

  const then_draw = <T>(value: T): T => { it.input(); return value; };
  Object.assign(api, {
    getState: () => it.command('get_state'),
    setState: (experiment: unknown) => new Promise<void>((resolve) => { it.command('set_state', { experiment }); resolve(then_draw(undefined)); }),
    start: () => { it.command('start'); it.input(); },
    pause: () => { it.command('pause'); it.input(); },
    step: (n = 1) => { it.command('step', { n }); it.input(); },
    reset: () => { it.command('reset'); it.input(); },
    results: () => it.command('results') as Result[],
    items: () => it.command('items') as ScreenItem[],
    stats: () => it.command('stats') as Record<string, number>,
  });
  internal.page = it;
  emitter.emit('ready');
}

// Present from the first moment; its verbs arrive with `ready`.
const internal: { page?: Page } = {};
const api = { on: (event: EventName, listener: (detail: unknown) => void) => emitter.on(event, listener) } as Downhill;
api.ready = start().catch((error: unknown) => {
  stop_with(words.say('app.failed', (error as Error).message));
  throw error;
});
api.ready.catch(() => undefined);
Object.assign(window, { downhill: api, downhill_internal: internal });
