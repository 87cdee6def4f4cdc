// Start-up and wiring: fetches the modules, starts the workers, hands messages, commands and frames to the app.
import create_app from 'app.mjs';
import { files, packs } from 'site-files';
import { copy_text } from './clipboard';
import { Contents } from './contents';
import { DataSource, EarlyPack } from './data_source';
import { Emitter, events, type Call, type Downhill, type EventName, type PublicVerb, type ScreenItem, type Standing } from './downhill_api';
import { Dialogs, save } from './dialogs';
import { NotThisVersion, fetch_module, single_file } from './fetch_bytes';
import { first_language } from './first_language';
import { FormView } from './form_view';
import { fit_header, mark_lab, mark_language } from './header';
import { instantiate_from, with_bytes, with_text } from './heap';
import { InputGate } from './input_gate';
import { lab_key } from './lab_keys';
import { LabAbsent, LabModules, fetch_lab } from './lab_modules';
import { linked_lab } from './linked_lab';
import { answer_messages, in_sight, suited_height } from './messages';
import { Mirror } from './mirror';
import { Narrator } from './narrator';
import { NumberField, type EditEvent } from './number_field';
import { is_official } from './official_files';
import { dropped_in, type Dropped } from './own/drop';
import { copy_of, cut_out, drawn_letter, grey_28 } from './picture';
import { Popover, add_formulas, type HelpEvent } from './popover';
import { Presets } from './presets';
import { LinkCut, from_hash, shown_in, to_hash, type Showable, type Shown } from './share_link';
import { canvas_theme, is_theme, on_system_change, system_theme } from './theme';
import { common, letters_of, script_number, tongue_of, type Letters, type Tongue } from './tongue';
import { torch_script } from './torch_script';
import { Words, memory, type Language } from './words';
import type { TrainerInput } from './trainer';
import { WorkerPool, has_simd, wasm_forbidden } from './worker_pool';

const opening_most_ms = 1000; // that the page waits for what its address asks for
const workers_most = 6; // each keeps a copy of the data
const may_remember = window.parent === window; // the storage of a course site that embeds this is not for scores
const ratings_most = (1 << 20) + 1; // bytes of a file; the app reads one less
const call_most = 2_000_000; // characters; the app refuses experiments above 1 MB
const query = new URLSearchParams(location.search);
const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const canvas = element<HTMLCanvasElement>('canvas');
const status = element('status');
const words = new Words(first_language());
const emitter = new Emitter();

// ---- notices ----
const notice = element('notice');
let notice_timer = 0, said = 0;
/** The number is the notice's own, for `unsay`. */
function say(text: string, stays = false, wants_files = false, again?: () => void, label = words.say('notice.again')): number {
  (notice.firstElementChild as HTMLElement).textContent = text;
  element('choose_files').hidden = !wants_files;
  element('again').hidden = !again;
  element('again').textContent = label;
  element('again').onclick = () => { notice.hidden = true; again?.(); };
  notice.hidden = false;
  clearTimeout(notice_timer);
  if (!stays) notice_timer = window.setTimeout(() => { notice.hidden = true; }, 9000);
  return ++said;
}
/** Hides that notice, if no other one has taken its place. */
const unsay = (number: number) => { if (number === said) notice.hidden = true; };
notice.querySelector('button:last-of-type')?.addEventListener('click', () => { notice.hidden = true; });

/** Why the page can't be used here, in a sentence, and the file named in it that can. */
class CannotStart extends Error {
  constructor(text: string, readonly instead = '') { super(text); }
}
function stop_with(text: string, instead = ''): void {
  const sentence = document.createElement('span');
  sentence.textContent = text;
  if (instead) {
    const link = document.createElement('a'), [before = '', after = ''] = text.split(instead);
    link.href = new URL(instead + location.search + location.hash, document.baseURI).href;
    link.textContent = instead;
    sentence.replaceChildren(before, link, after);
  }
  status.replaceChildren(sentence);
  status.hidden = false;
  emitter.emit('error', text);
}

/** Between two frames, if there is time, or else in a second. */
const when_idle = (act: () => void) => { if ('requestIdleCallback' in window) requestIdleCallback(act, { timeout: 1000 }); else act(); };

/** What a caller wrote, as a sentence can quote it. */
const brief = (text: unknown) => (typeof text === 'string' ? text.slice(0, 40).replace(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/gu, ' ') : '…');

/** Whether what `show` is given chooses a lab. */
const names_lab = (what: unknown) => typeof what === 'object' && what !== null && ('lab' in what || 'preset' in what);

// ---- theme ----
function set_theme(theme: string): void {
  document.documentElement.dataset.theme = theme;
}
let chosen_theme = query.get('theme') ?? memory.get('theme'); // else the system's
set_theme(is_theme(chosen_theme) ? chosen_theme : system_theme());
words.apply();
fit_header(document.querySelector('header')!, element('menu'), element('tools'));

// ---- embedded ----
// parts that the page which embeds this one does without
const hidden = new Set((query.get('hide') ?? '').split(',').filter(Boolean));
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
  dialogs?: Dialogs;
  readonly data: DataSource;
  readonly gate: InputGate;
  readonly field: NumberField;
  readonly mirror: Mirror;
  readonly popover: Popover;
  readonly form: FormView;
  readonly presets: Presets;
  readonly contents: Contents;
  private mirror_timer = 0;
  private narrator = new Narrator(element('live'), words);

  constructor(private app: AppModule, private modules: LabModules, early?: EarlyPack) {
    this.data = new DataSource(words, element('offline'), {
      post: (worker, input) => this.pool.post(worker, input),
      worker_count: () => this.pool.count,
      command: (verb, rest) => this.command(verb, rest),
      say, redraw: () => this.input(), frame: () => this.ask_frame(),
      own: {
        lab_has: (verb) => this.lab_has(verb),
        to_race: () => this.go(() => { this.command('take_file'); this.show_lab(); }),
        say: (text, act) => void say(text, true, false, act?.act, act?.label),
      },
    }, early);
    const keys = {
      attempt: (verb: string, rest?: object) => this.try_command(verb, rest),
      has: (verb: string) => this.lab_has(verb),
      help: (id: string) => this.command('help_at', { id }),
      copy: () => { copy_text(this.form.table_text(this.results())).catch(() => say(words.say('copy.refused'))); },
      list: (key: string) => {
        if (key !== 'Escape' && key !== 'Tab') return this.update_mirror(), this.mirror.enter_list();
        const open = this.command('close_list') as boolean;
        if (open) this.answer();
        return open;
      },
      shortcut: (key: string) => {
        if (element('lab').hidden) return false;
        this.update_mirror(); // keys may come sooner than its timer
        return this.mirror.shortcut(key);
      },
    };
    this.gate = new InputGate(canvas, () => this.input(), (event) => lab_key(event, canvas, element('mirror'), keys), {
      touch_at: (x, y) => this.command('touch_at', { x, y }),
      touch_cancelled: () => this.command('touch_cancelled'),
      double_click: () => this.command('double_click'),
    });
    this.mirror = new Mirror(element('mirror'), {
      activate: (id) => this.answer('activate', { id }),
      nudge: (id, by) => this.answer('nudge', { id, by }),
      reveal: (id) => this.answer('reveal', { id }),
      close_list: () => this.answer('close_list'),
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
      open: (id) => this.open_preset(id),
      toggle: () => this.try_command('toggle'),
    });
    this.contents = new Contents(element('contents'), [element('contents_button'), document.querySelector<HTMLElement>('.brand') as HTMLElement], words, {
      command: (verb, rest) => this.command(verb, rest), open_preset: (id) => this.open_preset(id),
      covers: (on) => {
        const form = document.body.dataset.form !== undefined;
        element('lab').hidden = on || form;
        element('form').hidden = on || !form;
        if (!on && !form) this.resize();
      },
    });
    this.form = new FormView(element('form'), words, { command: (verb, rest) => this.command(verb, rest), attempt: (verb, rest) => this.try_command(verb, rest), has: (verb) => this.lab_has(verb) });
  }

  private mirror_ms = 0;
  private update_mirror(): void {
    const start_ms = performance.now();
    this.mirror.update(this.command('all_items') as ScreenItem[]);
    this.mirror_ms = performance.now() - start_ms;
  }
  /** What a key asks for is drawn before the next one comes: it meets the field, list or explanation that this one opened. */
  private answer(verb = '', rest: object = {}): void {
    if (verb) this.command(verb, rest);
    for (let i = 0; i < 2; ++i) { // ImGui wants a second frame for what the first one changed
      this.drawing = true;
      this.app._app_frame(performance.now(), 1);
      this.drawing = false;
      this.flush();
    }
    this.update_mirror();
    this.ask_frame();
  }

  private mirror_soon(): void {
    this.mirror_timer ||= window.setTimeout(() => when_idle(() => {
      this.mirror_timer = 0;
      if (!document.body.dataset.form) this.update_mirror();
      else this.form.update([]);
      this.narrator.tell(this.command('transport') as { running: boolean; finished: boolean }, this.command('columns') as string[], this.results(),
        () => this.command('explain') as { rule: string; text: string }[], (ended) => this.command('spoken', { ended }) as string);
    }), Math.min(1000, Math.max(250, 4 * this.mirror_ms))); // on a slow machine less often
  }

  /** The lab, or one chart of it, as it is drawn now: the browser clears the canvas after the frame. */
  async picture(chart: string): Promise<Blob> {
    this.command('screenshot'); // where there are no graphics that is said
    if (document.body.dataset.form) throw new Error(words.say('notice.no_picture'));
    this.contents.show(false);
    this.app._app_frame(performance.now(), 1);
    this.flush();
    const part = chart ? (this.command('items') as ScreenItem[]).find((i) => i.id === chart) : undefined;
    if (chart && !part) throw new Error(words.say('notice.no_chart'));
    return cut_out(canvas, part);
  }

  /** The same as a canvas, for print. */
  still(): HTMLCanvasElement | null {
    if (document.body.dataset.form) return null;
    this.app._app_frame(performance.now(), 1);
    return copy_of(canvas);
  }

  show_form(on: boolean): void {
    this.contents.show(false);
    if (on) document.body.dataset.form = 'true';
    else delete document.body.dataset.form;
    element('form').hidden = !on;
    element('lab').hidden = on;
    const button = element('accessible');
    button.setAttribute('aria-pressed', String(on));
    if (on) this.form.build();
    else this.resize();
  }

  /** Files dropped or chosen: official data files, one picture for the pad, or else data of one's own. */
  async drop(dropped: Dropped): Promise<void> {
    const { files, entries } = dropped;
    const official = files.filter(is_official);
    if (official.length) return this.data.take(official);
    const ratings = this.lab_has('open_raters') ? files.filter(({ name }) => /\.json$/i.test(name)) : [];
    if (ratings.length) return this.open_raters(ratings);
    if (files.length > 1 || entries.some(({ isDirectory }) => isDirectory) || /\.(zip|csv|tsv|downhill-data|gz)$/i.test(files[0]?.name ?? '')) return this.data.own.open(dropped);
    if (!files[0]) return;
    const pixels = await grey_28(files[0]).catch(() => undefined);
    if (!pixels) return void say(words.say('notice.not_image'));
    try {
      this.command('pad', { pixels });
      if (document.body.dataset.form) this.show_form(false);
      say(words.say('notice.dropped'));
    } catch (error) { say((error as Error).message); }
    this.input();
  }

  /** Files of ratings; what lies beyond the longest that the app reads is left away, which it then refuses. */
  private async open_raters(files: File[]): Promise<void> {
    const read = await Promise.all(files.map(async (file) => ({ name: file.name, text: await file.slice(0, ratings_most).text().catch(() => '') })));
    this.try_command('open_raters', { files: read });
  }

  // ImGui wants a second frame after an input for what the first one changed
  input(): void {
    this.frames_due = 2;
    this.ask_frame();
  }
  /** What the address asks for is there, or is not to be had: from now on it is drawn. */
  begun(): void {
    this.opening = false;
    this.input();
  }
  private opening = true;
  ask_frame(): void {
    if (this.frame_asked || this.opening) return;
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

  private ask(what: string): unknown {
    const answer = JSON.parse(with_text(this.app, what, (p) => this.app.UTF8ToString(this.app._app_command(p)))) as { ok?: unknown; error?: string; absent?: string };
    if (answer.absent !== undefined) throw new LabAbsent(answer.error, answer.absent);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.ok;
  }
  /** Any verb, with its arguments by name. */
  command(verb: string, rest: object = {}): unknown { return this.ask(JSON.stringify({ ...rest, verb })); }
  /** A public verb, with its arguments in order: whatever they are, a refusal is a sentence. */
  call: Call = (verb, args) => {
    let what = '';
    try {
      // what was left out at the end is left out; a hole elsewhere is null
      let count = args.length;
      while (count > 0 && args[count - 1] === undefined) --count;
      what = JSON.stringify({ call: verb, arguments: args.slice(0, count) });
    } catch { throw new Error(words.say('call.unreadable', brief(verb))); }
    if (what.length > call_most) throw new Error(words.say('call.too_large', String(call_most)));
    const row = this.verbs.find((each) => each.name === verb), act = () => {
      const ok = this.ask(what);
      if (row?.acts) this.input(), this.show_undo();
      return row?.name === 'screenshot' ? this.picture('') : ok;
    };
    if (!row?.acts) return act();
    const chooses = row.name === 'show' && names_lab(args[0]), line = this.line?.number === this.asked_last ? this.line : undefined;
    if (!line || (chooses && !line.more)) return row.promises ? this.lead(act, chooses ? this.choose() : undefined) : act();
    // in the order in which they were made; what was meant for a lab that could not be had is not done to another
    const done = line.last.catch((error) => { if (error instanceof LabAbsent && !chooses) throw error; })
      .then(() => this.lead(act, row.name === 'screenshot' ? undefined : line.number));
    if (!row.promises) done.catch((error: Error) => emitter.emit('error', error.message));
    return this.stand_in_line(line.number, done);
  };
  /** Public calls that act while a lab is on its way stand in line behind it, as long as nobody chooses another one. */
  private line?: { number: number; last: Promise<unknown>; more: boolean } | undefined;
  private stand_in_line<T>(number: number, done: Promise<T>): Promise<T> {
    const line = this.line = { number, last: done as Promise<unknown>, more: this.line?.number === number };
    const leave = () => { if (this.line === line) this.line = undefined; };
    done.then(leave, leave);
    return done;
  }
  /** Does what may lead to another lab, at once where it can be; else its module is fetched first. Rejects with a sentence. Where
   *  another lab was chosen meanwhile nothing is done. */
  async lead<T>(act: () => T, number = this.asked_last): Promise<T | undefined> {
    if (number !== this.asked_last) return undefined;
    try { return act(); } catch (error) {
      if (!(error instanceof LabAbsent)) throw error;
      const done = this.lead_later(error.lab, act, number);
      return this.line?.number === number ? done : this.stand_in_line(number, done);
    }
  }
  private async lead_later<T>(lab: string, act: () => T, number: number): Promise<T | undefined> {
    this.loading_timer = window.setTimeout(() => { this.loading_said = say(words.say('app.loading'), true); }, 400);
    const fault: unknown = await this.bring(lab).then(() => undefined, (error: unknown) => error ?? true);
    if (number !== this.asked_last) return undefined;
    this.loaded();
    if (fault) throw new LabAbsent(words.say(fault instanceof NotThisVersion ? 'notice.lab_gone' : 'notice.no_lab', words.say('nav.' + lab)), lab);
    return this.lead(act, number);
  }
  /** What a lab needs: its module, and in the language that is shown by then its words and letters. */
  private async bring(lab: string): Promise<void> {
    let language: Language, tongue: Tongue;
    do [tongue] = await Promise.all([tongue_of(language = words.language, [lab]), this.modules.bring(lab)]);
    while (language !== words.language);
    this.labs_here.add(lab);
    this.give_tongue(tongue);
    this.command('lab_fetched', { id: lab, presets: tongue.parts.flatMap(({ documents }) => documents) });
  }
  private labs_here = new Set<string>();
  private loading_timer = 0;
  private loading_said = 0;
  private loaded(): void {
    clearTimeout(this.loading_timer);
    unsay(this.loading_said);
  }
  /** A lab is chosen, by whomever: what was chosen before is not done any more. */
  private choose(): number {
    this.loaded();
    return ++this.asked_last;
  }
  private asked_last = 0;
  /** The same for what somebody presses or follows: the last one asked for is done, and a failure is told. False: its lab could not
   *  be had, or another one was chosen meanwhile. */
  async go(act: () => void): Promise<boolean> {
    const number = this.choose();
    try { await this.lead(act, number); } catch (error) {
      if (number !== this.asked_last) return false;
      const absent = error instanceof LabAbsent, { message } = error as Error;
      say(message, true, false, absent ? () => void this.go(act) : undefined);
      if (absent) emitter.emit('error', message);
      this.link_soon(); // where one still is
      return !absent;
    }
    return number === this.asked_last;
  }
  /** Those that anyone may call. */
  get verbs(): PublicVerb[] { return this.known ??= this.command('public_verbs') as PublicVerb[]; }
  private known?: PublicVerb[];
  get showable(): Showable { return this.can_show ??= this.command('can_show') as Showable; }
  private can_show?: Showable;
  /** Whether the lab that is shown has a verb: one without lanes has none for them. */
  lab_has(verb: string): boolean { return (this.command('lab_verbs') as string[]).includes(verb); }
  /** The PyTorch script of a lane. Rejects with a sentence. */
  async script(lane: number): Promise<string> {
    const asked = JSON.stringify(this.command('script', { lane }));
    return torch_script(asked).catch(() => { throw new Error(words.say('export.no_script')); });
  }
  /** How the lanes stand, without their curves, which may have many thousand points. */
  private results(): Standing[] { return this.command('standings') as Standing[]; }
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
      case 'copy': copy_text(String(event.text)).then(() => say(words.say('dialog.copied')), () => say(words.say('copy.refused'))); break;
      case 'said': element('live').textContent = String(event.text); break;
      case 'keep': this.keep(String(event.key), String(event.text)); break;
      case 'recall': setTimeout(() => this.recall(String(event.key))); break; // not within the frame that asks
      case 'choose_files': this.choose_files(String(event.accept)); break;
      case 'notice': say(String(event.text)); emitter.emit('error', event.text); break;
      case 'load_pack': void this.data.load(String(event.pack), event.anew === true); break;
      case 'state':
        this.link_soon();
        emitter.emit('state', event.experiment);
        this.presets.update();
        this.show_undo();
        if (document.body.dataset.form) this.form.build();
        break;
      case 'chinese_wanted': this.bring_chinese(); break;
      case 'words_wanted': // of a lab that is not here: a mistake of late_keys.mjs, which tests find
        console.error('words of another lab');
        for (const lab of Object.keys(files.labs)) void this.bring(lab).then(() => this.input(), () => undefined);
        break;
      case 'pack_opened': performance.mark('data opened'); void this.data.keep(String(event.pack)); break;
      case 'pack_refused': this.data.refused(String(event.pack)); break;
      case 'own_opened': void this.data.own.opened(String(event.hash), Number(event.examples)); break;
      case 'own_refused': this.data.own.refused(String(event.text)); break;
      case 'own_asked': void this.data.own.open(); break;
      case 'shown': this.link_soon(); this.show_lab(); break;
      case 'begun': this.presets.update(); this.contents.show(false); break;
      case 'transport': this.presets.update(); emitter.emit('progress', event.transport); break;
      case 'lead': // not within the frame that asks
        setTimeout(() => void (event.preset === undefined ? this.open_document(event.document as { lab: string }, event.show as object | undefined) : this.open_preset(String(event.preset))));
        break;
      case 'finished': emitter.emit('finished', event.results); break;
    }
  }
  private recalled = '';
  private last_kept: string | null = null; // as this window has read or written it
  /** Has the browser keep that, unless another window has written since: what that one wrote is to be taken in first. */
  private keep(key: string, text: string): void {
    if (!may_remember) return;
    if (memory.get(key) !== this.last_kept) { setTimeout(() => this.recall(key, true)); return; }
    if (text) memory.set(key, text); else memory.forget(key);
    this.last_kept = memory.get(key);
  }
  /** Tells the lab what it had the browser keep, and whether that keeps anything. */
  private recall(key: string, refused = false): void {
    const had = may_remember ? memory.get(key) : null;
    if (may_remember && had === null) memory.set('try', ' '); // not under that name: other windows would answer
    const works = had !== null || (may_remember && memory.get('try') !== null);
    if (may_remember && had === null) memory.forget('try');
    if (this.lab_has('recalled')) this.last_kept = had, this.try_command('recalled', { text: had ?? '', works, refused });
    this.recalled = key;
  }
  /** Another window of this page has written that. */
  remembered(key: string | null): void { if (this.recalled && key === memory.name(this.recalled)) this.recall(this.recalled); }
  private choose_files(accept: string): void {
    const chooser = element<HTMLInputElement>('data_files');
    chooser.accept = accept;
    chooser.click();
  }
  open_preset(id: string): Promise<boolean> {
    return this.go(() => {
      this.command('open_preset', { id });
      this.show_lab();
      this.input();
    });
  }
  /** Somebody goes on with it in its lab; that lab's own undo brings back what was there. */
  private open_document(document: { lab: string }, show?: object): Promise<boolean> {
    return this.go(() => {
      this.command('lab', { id: document.lab });
      this.command('setState', { experiment: document });
      if (show) this.command('show', show);
      this.command('close_preset');
      this.show_lab();
      this.input();
    });
  }
  /** The header follows the lab and the preset. */
  show_lab(): void {
    const { lab } = this.command('shown') as { lab: string };
    mark_lab(lab, words);
    element('heading').textContent = `${words.say('app.title')}: ${words.say('nav.' + lab)}`;
    this.presets.update();
    this.contents.update();
    this.show_undo();
  }
  /** What a link holds: the lab first, since the experiment is that lab's. */
  follow(hash: string): Promise<boolean> { return this.go(() => this.open_link(hash)); }
  private open_link(hash: string): void {
    const look = shown_in(hash, this.showable);
    this.contents.show(false);
    let read = false;
    try {
      if (look.lab !== undefined) this.command('show', { lab: look.lab });
      const linked = from_hash(hash);
      if (linked !== null) this.command('setState', { experiment: linked }), read = true;
    } catch (error) {
      if (error instanceof LabAbsent) throw error;
      say(words.say('link.bad', error instanceof LinkCut ? words.say('link.cut') : (error as Error).message), true);
    }
    try { this.command('show', look); } catch (error) { say((error as Error).message, true); }
    if (read && this.lab_has('linked')) this.command('linked');
    if (hash) this.link_soon(); // a bare address stays bare until something is changed
    this.show_lab();
    this.input();
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
  hash(): string { return to_hash(this.command('getState'), this.command('shown') as Shown); }
  private put_into_link(): void {
    if (this.line?.number === this.asked_last) return this.link_soon(); // meanwhile it holds what was asked for
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
    if (!this.results().some((r) => r.status === 'error')) say(words.say('notice.worker_lost'));
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

  /** Once what it needs has come; the last one asked for is it. */
  async set_language(language: Language): Promise<void> {
    this.language_asked = language;
    let tongue: Tongue | undefined, labs: string[]; // with those that have come meanwhile
    do tongue = await tongue_of(language, [common, ...labs = [...this.labs_here]]).catch(() => undefined);
    while (tongue && labs.length < this.labs_here.size);
    if (this.language_asked !== language) return; // another one was asked for
    this.language_asked = undefined;
    if (!tongue) return void say(words.say('notice.no_words'));
    memory.set('lang', words.language = language);
    this.show_language(tongue);
  }
  /** What is shown, or on its way. */
  get language(): Language { return this.language_asked ?? words.language; }
  private language_asked?: Language | undefined;
  /** For a name in Chinese on an English page, or in letters that no word has; where there is no network they come later. */
  private bring_chinese(): void {
    if (this.bringing_chinese) return;
    this.bringing_chinese = true;
    const both = (['chinese', 'rare'] as const).map((script) => letters_of(script).then((letters) => this.give_letters(letters)));
    void Promise.allSettled(both).then((all) => {
      this.bringing_chinese = false;
      if (all.some(({ status }) => status === 'rejected')) window.setTimeout(() => this.bring_chinese(), 15000);
    });
  }
  private bringing_chinese = false;
  private given = new Set<string>();
  give_letters({ script, bytes }: Letters): void {
    if (this.given.has(script)) return;
    this.given.add(script);
    with_bytes(this.app, bytes, (p, n) => this.app._app_letters(script_number[script], p, n));
    this.input();
  }
  private give_tongue({ parts, letters }: Tongue): void {
    for (const each of letters) this.give_letters(each);
    for (const { first, app, titles, presets, formulas } of parts) {
      words.titles = titles ?? words.titles;
      Object.assign(words.presets, presets);
      add_formulas(formulas);
      with_bytes(this.app, app, (p, n) => this.app._app_words(first, p, n));
    }
  }
  show_language(tongue: Tongue): void {
    this.give_tongue(tongue);
    words.apply();
    mark_language(element('language'), words);
    this.command('language', { language: words.language });
    this.show_lab();
    if (document.body.dataset.form) this.form.build();
    this.data.own.speak();
    this.input();
  }
}

async function start(): Promise<void> {
  await in_sight();
  if (window.downhill_lacking?.length) throw new CannotStart(status.textContent ?? ''); // old_browser.js has said what

  const simd = has_simd() && query.get('simd') !== 'off';
  if (single_file && !simd) throw new CannotStart(words.say('status.no_simd')); // it carries one trainer
  // an experiment in the address is somebody's own: it goes before what the host asks for
  const linked = /[#&]x=/.test(location.hash);
  // all that the first race needs is asked for at once; the data as soon as the host has begun to answer with the modules
  let unanswered = 2, host_answers = () => {};
  const both_answered = new Promise<void>((resolve) => { host_answers = resolve; });
  const answered = () => { if (--unanswered === 0) host_answers(); };
  const trainer_wasm = fetch_module(simd ? files.trainer_simd : files.trainer_scalar, answered), app_wasm = fetch_module(files.app, answered);
  fetch_lab(linked_lab(location.hash), words.language);

  const first_tongue = tongue_of(words.language, [common]);
  first_tongue.catch(() => undefined); // waited for below

  let page: Page | undefined, page_there = false;
  const early_answers: [number, Uint8Array][] = []; // to what was handed to workers before the app could ask
  let page_made = (_: Page) => {};
  const there = new Promise<Page>((resolve) => { page_made = resolve; });
  const wanted = Math.floor(Number(query.get('workers')));
  const count = Math.min(workers_most, wanted > 0 ? wanted : Math.max(1, navigator.hardwareConcurrency || 2));
  let seated = (_: (input: TrainerInput) => void) => {};
  const all_trainers = new Promise<(input: TrainerInput) => void>((resolve) => { seated = resolve; });
  const smallest = packs.reduce((least, pack) => (pack.bytes < least.bytes ? pack : least)); // what is opened without a link
  const early = linked || single_file || query.has('lesson') || query.get('workers') === '0' ? undefined : new EarlyPack(smallest, both_answered, all_trainers);
  const pool = WorkerPool.make(trainer_wasm, query.get('workers') === '0' ? 0 : count, {
    seated,
    message: (worker, bytes) => { if (page_there) page?.deliver(worker, bytes); else early_answers.push([worker, bytes]); },
    restarted: (worker) => {
      if (early && !page_there) early.given_up = true; // the new one has not got it: all get it from the page, then
      void there.then((it) => it.worker_restarted(worker));
    },
    hopeless: (worker) => void there.then((it) => { it.command('worker_hopeless', { worker }); it.input(); }),
  });
  pool.catch(() => undefined); // waited for below

  const [app_compiled, tongue] = await Promise.all([app_wasm, first_tongue, trainer_wasm]).catch((error: unknown) => {
    // without an origin a page may fetch nothing, not even what lies beside it, unless the host says otherwise
    if (error instanceof TypeError && window.origin === 'null' && !single_file) throw new CannotStart(words.say('status.no_origin', 'downhill.html'), 'downhill.html');
    throw error;
  });
  performance.mark('modules compiled');
  const modules = new LabModules();
  const app = await create_app({
    instantiateWasm: instantiate_from(app_compiled, (instance) => modules.into(instance)), canvas,
    host: {
      post: (worker: number, bytes: Uint8Array) => page?.pool.post(worker, { bytes }),
      event: (event: Event) => page?.event(event),
      file: (name: string, bytes: Uint8Array) => save(name, bytes),
      letter: drawn_letter,
    },
  });
  performance.mark('app instantiated');
  page = new Page(app, modules, early);
  const it = page;
  const drawn = with_text(app, JSON.stringify(packs), (p) => app._app_create(p)) !== 0;

  it.show_language(tongue);
  it.command('theme', canvas_theme());
  // what the address asks for: a value that there is not is said, and the page starts without it
  const asked = async (name: string, act: (value: string) => unknown) => {
    const value = query.get(name);
    try { return value ? await act(value) : undefined; } catch (error) { say((error as Error).message, true); }
    return undefined;
  };
  void asked('lang', (language) => it.command('language', { language }));
  void asked('theme', (chosen) => it.command('theme', { ...canvas_theme(), theme: chosen }));
  void asked('hide', () => it.command('hide', { parts: [...hidden] }));
  if (drawn) it.resize();
  else { it.show_form(true); say(words.say('app.no_webgl2'), true); } // the form view needs no graphics
  window.addEventListener('storage', ({ key, newValue }) => { if (newValue) it.remembered(key); });
  window.addEventListener('hashchange', (event) => {
    void it.follow(new URL(event.newURL).hash).then(() => it.begun()); // by now the page may have put its own into the address
  });
  // whether that is what is shown in the end: not where its lab can't be had, or where somebody has chosen another one
  const open_asked = async () => {
    if (!(await it.follow(location.hash))) return false;
    if (linked) return true;
    if ((await asked('lesson', (id) => it.open_preset(id))) === false) return false;
    return (await asked('view', (view) => it.go(() => void it.command('show', it.showable.labs.includes(view) ? { lab: view } : { view })))) !== false;
  };
  const opened = open_asked();
  await Promise.race([opened, new Promise((resolve) => setTimeout(resolve, opening_most_ms))]); // on a slow line the first lab is there meanwhile
  it.begun();
  new ResizeObserver(() => it.resize()).observe(canvas.parentElement as HTMLElement);
  // another screen, another magnification: as many pixels as it has, though the size stays
  const watch_ratio = () => matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener('change', () => { it.resize(); watch_ratio(); }, { once: true });
  watch_ratio();
  status.hidden = true;

  performance.mark('app made');
  it.pool = await pool;
  if (early && it.pool.on_page) early.given_up = true; // nobody has it
  page_made(it);
  performance.mark('workers ready');
  it.command('workers', { count: it.pool.count });
  page_there = true;
  for (const [worker, bytes] of early_answers.splice(0)) it.deliver(worker, bytes);
  if (it.pool.on_page) say(words.say('notice.no_workers'));

  element('language').addEventListener('click', () => void it.set_language(it.language === 'zh' ? 'en' : 'zh'));
  const theme = element<HTMLSelectElement>('theme');
  const show_theme = (name: string) => {
    set_theme(theme.value = name);
    it.command('theme', canvas_theme());
    it.resize();
  };
  theme.value = document.documentElement.dataset.theme ?? 'light';
  theme.addEventListener('change', () => {
    memory.set('theme', chosen_theme = theme.value);
    show_theme(theme.value);
  });
  on_system_change(() => show_theme(is_theme(chosen_theme) ? chosen_theme : system_theme()));
  const link = () => location.href.split('#')[0] + it.hash();
  const dialogs = it.dialogs = new Dialogs(element<HTMLDialogElement>('dialog'), words, { command: (verb, rest) => it.command(verb, rest), has: (verb) => it.lab_has(verb), script: (lane) => it.script(lane), link, save_picture: (chart, name) => void it.picture(chart).then((blob) => save(name, blob), (error: Error) => say(error.message)) });
  element('undo').addEventListener('click', () => it.try_command('undo'));
  element('redo').addEventListener('click', () => it.try_command('redo'));
  element('accessible').addEventListener('click', () => it.show_form(!document.body.dataset.form));
  document.querySelector('.skip')?.addEventListener('click', (event) => { event.preventDefault(); it.show_form(true); element('form').querySelector('button')?.focus(); });
  element('embed').addEventListener('click', () => dialogs.open_embed());
  element('export').addEventListener('click', () => dialogs.open_export());
  element('help').addEventListener('click', () => dialogs.open_help());
  element('own').addEventListener('click', () => void it.data.own.open());
  for (const type of ['dragover', 'drop'] as const)
    window.addEventListener(type, (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      if (type === 'drop') void it.drop(dropped_in(event.dataTransfer));
    });
  const chooser = element<HTMLInputElement>('data_files');
  element('choose_files').addEventListener('click', () => { chooser.accept = ''; chooser.click(); });
  chooser.addEventListener('change', () => {
    void it.drop({ files: [...(chooser.files ?? [])], entries: [], folders: Promise.resolve([]) });
    chooser.value = '';
  });
  // on paper: the picture of the lab, then the tables
  window.addEventListener('beforeprint', () => {
    it.contents.show(false);
    it.form.build();
    it.form.update([]);
    document.getElementById('printed')?.remove();
    const copy = it.still();
    if (!copy) return;
    copy.id = 'printed';
    element('form').prepend(copy);
  });
  window.addEventListener('afterprint', () => document.getElementById('printed')?.remove());
  // a lab that is pointed at may be the next one
  for (const type of ['pointerover', 'focusin'] as const)
    document.addEventListener(type, ({ target }) => {
      const link = target instanceof Element ? target.closest('a') : null;
      if (link) fetch_lab(linked_lab(link.hash), words.language);
    });
  element('defaults').addEventListener('click', () => it.try_command('defaults'));
  element('share').addEventListener('click', () => {
    copy_text(link()).then(() => say(words.say('share.copied')), () => say(words.say('share.manual')));
  });
  // a press anywhere else closes a list, as it does in the lab
  document.addEventListener('pointerdown', (event) => {
    if (event.target !== canvas && !element('mirror').contains(event.target as Node) && it.command('close_list')) it.input();
  }, { capture: true });
  document.addEventListener('visibilitychange', () => it.visibility());

  for (const { name, promises } of it.verbs)
    Object.assign(api, { [name]: promises ? async (...args: unknown[]) => it.call(name, args) : (...args: unknown[]) => it.call(name, args) });
  it.show_lab();
  internal.page = it;
  performance.mark('ready');
  emitter.emit('ready');
  it.data.keep_page_in(10000);
  if (query.has('autorun') && query.get('autorun') !== '0') void opened.then((there) => { if (there && it.lab_has('start')) api.start(); });
}

// Present from the first moment; its verbs arrive with `ready`.
const internal: { page?: Page } = {};
const api = {
  on: (event: EventName, listener: (detail: unknown) => void) => {
    if (!events.includes(event)) throw new Error(words.say('call.no_event', brief(event), events.join(', ')));
    if (typeof listener !== 'function') throw new Error(words.say('call.no_listener'));
    return emitter.on(event, listener);
  },
} as Downhill;
api.ready = start().catch((error: unknown) => {
  if (window.downhill_lacking?.length) stop_with(status.textContent ?? ''); // it may have been found out only now
  else if (error instanceof CannotStart) stop_with(error.message, error.instead);
  else stop_with(typeof WebAssembly === 'object' && wasm_forbidden() ? words.say('status.policy') : words.say('app.failed', (error as Error).message));
  throw error;
});
api.ready.catch(() => undefined);
answer_messages(api, (verb, args) => (internal.page as Page).call(verb, args), words);
Object.assign(window, { downhill: api, downhill_internal: internal });
