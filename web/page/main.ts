// Start-up and wiring: fetches the modules, starts the workers, hands messages, commands and frames to the app.
import create_app from 'app.mjs';
import { files, packs } from 'site-files';
import { DataSource } from './data_source';
import { Emitter, type Downhill, type EventName, type Result, type ScreenItem } from './downhill_api';
import { Dialogs, save } from './dialogs';
import { fetch_bytes, single_file } from './fetch_bytes';
import { FormView } from './form_view';
import { fit_header, mark_lab, mark_language } from './header';
import { instantiate_from, with_bytes, with_text } from './heap';
import { InputGate } from './input_gate';
import { lab_key } from './lab_keys';
import { answer_messages, in_sight, suited_height } from './messages';
import { Mirror } from './mirror';
import { Narrator } from './narrator';
import { NumberField, type EditEvent } from './number_field';
import { is_official } from './official_files';
import { copy_of, cut_out, grey_28 } from './picture';
import { Popover, type HelpEvent } from './popover';
import { Presets } from './presets';
import { from_hash, shown_in, to_hash, type Shown } from './share_link';
import { Words, first_language, memory } from './words';
import { WorkerPool, has_simd, wasm_forbidden } from './worker_pool';

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
function say(text: string, stays = false, wants_files = false): void {
  (notice.firstElementChild as HTMLElement).textContent = text;
  element('choose_files').hidden = !wants_files;
  notice.hidden = false;
  clearTimeout(notice_timer);
  if (!stays) notice_timer = window.setTimeout(() => { notice.hidden = true; }, 9000);
}
notice.querySelector('button:last-of-type')?.addEventListener('click', () => { notice.hidden = true; });

/** Why the page can't be used here, in a sentence. */
class CannotStart extends Error {}
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
set_theme(/^(dark|light|projector)$/.test(asked_theme ?? '') ? asked_theme as string : matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
words.apply();

// ---- embedded ----
// parts that the page which embeds this one does without
const hidden = new Set((query.get('hide') ?? '').split(','));
if (query.has('embed') && query.get('embed') !== '0') hidden.add('header');
if (hidden.has('header')) document.body.dataset.embed = 'true';
new ResizeObserver(() => emitter.emit('height', suited_height(innerWidth))).observe(document.documentElement);

// ---- the app ----
type Event = { type: string; [key: string]: unknown };

class Page {
  private frame_asked = false;
  private frames_due = 0;
  private drawing = false;
  private state_timer = 0;
  private hidden_pause = false;
  pool!: WorkerPool;
  readonly data: DataSource;
  readonly gate: InputGate;
  readonly field: NumberField;
  readonly mirror: Mirror;
  readonly popover: Popover;
  readonly form: FormView;
  readonly presets: Presets;
  private mirror_timer = 0;
  private narrator = new Narrator(element('live'), words);

  constructor(private app: AppModule) {
    this.data = new DataSource(words, element('offline'), {
      post: (worker, input) => this.pool.post(worker, input),
      worker_count: () => this.pool.count,
      command: (verb, rest) => this.command(verb, rest),
      say, redraw: () => this.input(),
    });
    const keys = {
      attempt: (verb: string, rest?: object) => this.try_command(verb, rest),
      help: (id: string) => this.command('help_at', { id }),
      table: () => this.form.table_text(this.command('results') as Result[]),
    };
    this.gate = new InputGate(canvas, () => this.input(), (event) => lab_key(event, canvas, element('mirror'), element<HTMLDialogElement>('dialog'), keys), {
      at: (x, y, ours) => this.command('touch_at', { x, y, ours }),
      cancelled: () => this.command('touch_cancelled'),
    });
    this.mirror = new Mirror(element('mirror'), {
      activate: (id) => { this.command('activate', { id }); this.input(); this.mirror_soon(0); },
      nudge: (id, by) => { this.command('nudge', { id, by }); this.input(); },
    });
    // the browser may take the graphics away (driver reset, too many pages) and give them back
    canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      this.command('graphics', { lost: true });
      say(words.say('notice.graphics_lost'), true);
    });
    canvas.addEventListener('webglcontextrestored', () => {
      this.command('graphics', { lost: false });
      notice.hidden = true;
      this.resize();
    });
    // the explanation of any control: right button, a long touch, or the key ?
    canvas.addEventListener('contextmenu', (event) => {
      event.preventDefault();
      this.command('help_at', { x: event.offsetX, y: event.offsetY });
    });
    this.field = new NumberField(element<HTMLInputElement>('field'), (id) => this.mirror.focus(id),
      (id) => { this.command('editing', { id }); this.input(); },
      (id, text) => this.try_command('typed', { id, text }));
    this.popover = new Popover(element('popover'), canvas, words, (id) => this.try_command('reset_field', { id }));
    this.presets = new Presets(element<HTMLSelectElement>('presets'), element('preset'), words, {
      command: (verb, rest) => this.command(verb, rest),
      open: (id) => { this.try_command('open_preset', { id }); this.show_lab(); },
      start: () => { if (!(this.command('transport') as { running: boolean }).running) this.try_command('toggle'); },
    });
    this.form = new FormView(element('form'), words, { command: (verb, rest) => this.command(verb, rest), attempt: (verb, rest) => this.try_command(verb, rest) });
  }

  private mirror_soon(delay_ms = 250): void {
    if (this.mirror_timer && delay_ms > 0) return;
    clearTimeout(this.mirror_timer);
    this.mirror_timer = window.setTimeout(() => {
      this.mirror_timer = 0;
      if (!document.body.dataset.form) this.mirror.update(this.command('items') as ScreenItem[]);
      else this.form.update([]);
      this.narrator.tell(this.command('transport') as { running: boolean; finished: boolean }, this.command('results') as Result[],
        () => (this.command('explain') as { text: string }[])[0]?.text ?? '');
    }, Math.max(delay_ms, 30));
  }

  /** The lab, or one chart of it, as it is drawn now: the browser clears the canvas after the frame. */
  picture(chart: string): Promise<Blob> {
    this.app._app_frame(performance.now(), 1);
    this.flush();
    return cut_out(canvas, chart ? (this.command('items') as ScreenItem[]).find((i) => i.id === chart) : undefined);
  }

  /** The same as a canvas, for print. */
  still(): HTMLCanvasElement | null {
    if (document.body.dataset.form) return null;
    this.app._app_frame(performance.now(), 1);
    return copy_of(canvas);
  }

  show_form(on: boolean): void {
    if (on) document.body.dataset.form = 'true';
    else delete document.body.dataset.form;
    element('form').hidden = !on;
    element('lab').hidden = on;
    const button = element('accessible');
    button.setAttribute('aria-pressed', String(on));
    if (on) this.form.build();
    else this.resize();
  }

  /** Files dropped or chosen: official data files, or else a picture for the pad. */
  async drop(files: File[]): Promise<void> {
    const official = files.filter(is_official);
    if (official.length) return this.data.take(official);
    if (!files[0]) return;
    try {
      this.command('pad', { pixels: await grey_28(files[0]) });
      say(words.say('notice.dropped'));
    } catch { say(words.say('notice.not_image')); }
    this.input();
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
    this.mirror_soon();
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
    this.show_undo();
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
      case 'help': this.popover.open(event as unknown as HelpEvent); break;
      case 'edit': this.field.open(event as unknown as EditEvent); break;
      case 'notice': say(String(event.text)); emitter.emit('error', event.text); break;
      case 'load_pack': void this.data.load(String(event.pack), event.anew === true); break;
      case 'state':
        this.link_soon();
        emitter.emit('state', event.experiment);
        this.show_undo();
        if (document.body.dataset.form) this.form.build();
        break;
      case 'pack_opened': void this.data.keep(String(event.pack)); break;
      case 'pack_refused': this.data.refused(); break;
      case 'shown': this.link_soon(); this.show_lab(); break;
      case 'transport': emitter.emit('progress', event.transport); break;
      case 'finished': emitter.emit('finished', event.results); break;
    }
  }
  /** The header follows the lab and the preset. */
  show_lab(): void {
    const { lab } = this.command('shown') as { lab: string };
    mark_lab(lab);
    element('heading').textContent = `${words.say('app.title')}: ${words.say('nav.' + lab)}`;
    this.presets.update();
    this.show_undo();
  }
  /** What a link holds: the lab first, since the experiment is that lab's. */
  follow(hash: string): void {
    const look = shown_in(hash), linked = from_hash(hash);
    if (look.lab !== undefined) this.command('show', { lab: look.lab });
    if (linked !== null) this.command('set_state', { experiment: linked });
    this.command('show', look);
    if (hash) this.link_soon(); // a bare address stays bare until something is changed
    this.show_lab();
  }
  show_undo(): void {
    const [undo, redo] = this.command('can_undo') as [boolean, boolean];
    element<HTMLButtonElement>('undo').disabled = !undo;
    element<HTMLButtonElement>('redo').disabled = !redo;
  }
  link_soon(): void {
    clearTimeout(this.state_timer);
    this.state_timer = window.setTimeout(() => this.put_into_link(), 150);
  }
  hash(): string { return to_hash(this.command('get_state'), this.command('shown') as Shown); }
  private put_into_link(): void {
    try { history.replaceState(null, '', this.hash()); } catch { /* frames without an address of their own */ }
  }

  deliver(worker: number, bytes: Uint8Array): void {
    with_bytes(this.app, bytes, (p, n) => this.app._app_deliver(worker, p, n));
    this.ask_frame();
  }

  resize(): void {
    const box = (canvas.parentElement as HTMLElement).getBoundingClientRect();
    if (box.width < 1) return; // hidden behind the form view
    this.app._app_resize(Math.max(1, Math.floor(box.width)), Math.max(1, Math.floor(box.height)), devicePixelRatio || 1);
    this.input();
  }

  worker_restarted(worker: number): void {
    this.command('worker_restarted', { worker });
    // where a lane has been given up, that is the news
    if (!(this.command('results') as Result[]).some((r) => r.status === 'error')) say(words.say('notice.worker_lost'));
    this.input();
    this.data.load_again(worker);
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
    mark_language(element('language'), words);
    this.command('language', { language: words.language });
    this.show_lab();
    if (document.body.dataset.form) this.form.build();
    this.input();
  }
}

async function start(): Promise<void> {
  await in_sight();
  if (window.downhill_lacking?.length) throw new CannotStart(status.textContent ?? ''); // old_browser.js has said what

  const simd = has_simd() && query.get('simd') !== 'off';
  if (single_file && !simd) throw new CannotStart(words.say('status.no_simd')); // it carries one trainer
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
      file: (name: string, bytes: Uint8Array) => save(name, bytes),
    },
  });
  page = new Page(app);
  const it = page;
  const drawn = with_text(app, JSON.stringify(packs), (p) => app._app_create(p)) !== 0;

  it.show_language();
  it.command('hide', { parts: [...hidden] });
  it.command('theme', { theme: document.documentElement.dataset.theme });
  try {
    it.follow(location.hash);
    const lesson = query.get('lesson');
    if (lesson) it.command('open_preset', { id: lesson });
  } catch (error) {
    const why = (error as Error).message;
    say(words.say('link.bad', /[^\x20-\x7e]|\s/.test(why) ? why : words.say('link.cut')), true);
  }
  if (drawn) it.resize();
  else { it.show_form(true); say(words.say('app.no_webgl2'), true); } // the form view needs no graphics
  new ResizeObserver(() => it.resize()).observe(canvas.parentElement as HTMLElement);
  status.hidden = true;

  const asked = Number(query.get('workers'));
  const count = Math.min(workers_most, asked > 0 ? asked : Math.max(1, navigator.hardwareConcurrency || 2));
  it.pool = await WorkerPool.make(trainer_wasm, query.get('workers') === '0' ? 0 : count, {
    message: (worker, bytes) => it.deliver(worker, bytes),
    restarted: (worker) => it.worker_restarted(worker),
    hopeless: (worker) => { it.command('worker_hopeless', { worker }); it.input(); },
  });
  it.command('workers', { count: it.pool.count });
  if (it.pool.on_page) say(words.say('notice.no_workers'));

  element('language').addEventListener('click', () => {
    words.language = words.language === 'zh' ? 'en' : 'zh';
    memory.set('lang', words.language);
    it.show_language();
  });
  const theme = element<HTMLSelectElement>('theme');
  theme.value = document.documentElement.dataset.theme ?? 'light';
  theme.addEventListener('change', () => {
    set_theme(theme.value);
    memory.set('theme', theme.value);
    it.command('theme', { theme: theme.value });
    it.resize();
  });
  const link = () => location.href.split('#')[0] + it.hash();
  const dialogs = new Dialogs(element<HTMLDialogElement>('dialog'), words, { command: (verb, rest) => it.command(verb, rest), link, picture: (chart) => it.picture(chart) });
  element('undo').addEventListener('click', () => it.try_command('undo'));
  element('redo').addEventListener('click', () => it.try_command('redo'));
  element('accessible').addEventListener('click', () => it.show_form(!document.body.dataset.form));
  document.querySelector('.skip')?.addEventListener('click', (event) => { event.preventDefault(); it.show_form(true); element('form').querySelector('button')?.focus(); });
  element('embed').addEventListener('click', () => dialogs.open_embed());
  element('export').addEventListener('click', () => dialogs.open_export());
  element('help').addEventListener('click', () => dialogs.open_help());
  fit_header(document.querySelector('header')!, element('menu'), element('tools'), element('offline'));
  for (const type of ['dragover', 'drop'] as const)
    window.addEventListener(type, (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      if (type === 'drop') void it.drop([...event.dataTransfer.files]);
    });
  const chooser = element<HTMLInputElement>('data_files');
  element('choose_files').addEventListener('click', () => chooser.click());
  chooser.addEventListener('change', () => {
    void it.drop([...(chooser.files ?? [])]);
    chooser.value = '';
  });
  // on paper: the picture of the lab, then the tables
  window.addEventListener('beforeprint', () => {
    it.form.build();
    it.form.update([]);
    document.getElementById('printed')?.remove();
    const copy = it.still();
    if (!copy) return;
    copy.id = 'printed';
    element('form').prepend(copy);
  });
  window.addEventListener('afterprint', () => document.getElementById('printed')?.remove());
  element('defaults').addEventListener('click', () => it.try_command('defaults'));
  element('share').addEventListener('click', () => {
    const copied = navigator.clipboard?.writeText(link()) ?? Promise.reject(new Error('no clipboard'));
    copied.then(() => say(words.say('share.copied')), () => say(words.say('share.manual')));
  });
  document.addEventListener('visibilitychange', () => it.visibility());
  window.addEventListener('hashchange', () => {
    try {
      it.follow(location.hash);
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
    seek: (step: number) => { it.command('pause'); it.command('seek_step', { step }); it.input(); },
    undo: () => it.try_command('undo'),
    redo: () => it.try_command('redo'),
    show: (what: object) => { it.command('show', what); it.input(); },
    explain: () => it.command('explain') as { rule: string; text: string; field: string }[],
    screenshot: () => it.picture(''),
    results: () => it.command('results') as Result[],
    items: () => it.command('items') as ScreenItem[],
    stats: () => it.command('stats') as Record<string, number>,
  });
  const view = query.get('view');
  if (view) it.command('show', /^(race|activations|dropout)$/.test(view) ? { lab: view } : { view });
  it.show_lab();
  internal.page = it;
  emitter.emit('ready');
  void it.data.keep_page();
  if (query.has('autorun') && query.get('autorun') !== '0') api.start();
}

// Present from the first moment; its verbs arrive with `ready`.
const internal: { page?: Page } = {};
const api = { on: (event: EventName, listener: (detail: unknown) => void) => emitter.on(event, listener) } as Downhill;
api.ready = start().catch((error: unknown) => {
  if (window.downhill_lacking?.length) stop_with(status.textContent ?? ''); // it may have been found out only now
  else if (error instanceof CannotStart) stop_with(error.message);
  else stop_with(typeof WebAssembly === 'object' && wasm_forbidden() ? words.say('status.policy') : words.say('app.failed', (error as Error).message));
  throw error;
});
api.ready.catch(() => undefined);
answer_messages(api);
Object.assign(window, { downhill: api, downhill_internal: internal });
