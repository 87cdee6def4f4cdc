// Data of a student's own as the data of the lab that is shown: brought by the dialog, carried to the trainers, kept on the device where that is
// asked for, and named where a document wants some that are not here. A script of its own (web/page/own_data.ts fetches it), with its words.
import type { TrainerInput } from '../trainer';
import { OwnDialog } from './dialog';
import type { Dropped } from './drop';
import { HeldFiles } from './held_files';
import { forget_file, is_kept, keep_file, kept_file, kept_files, may_keep_files, type OwnFile } from './kept_files';
import type { ReadingParts } from './reading';
import { megabytes, Told, type Texts } from './told';

export type { Texts };
export interface Act { label: string; act: () => void }
export interface OwnActions {
  /** To all trainers, or to one. */
  hand(input: TrainerInput, only_worker?: number): void;
  command(verb: string, rest?: object): unknown;
  lab_has(verb: string): boolean;
  /** Leads to the Race. False: somebody went elsewhere, or it can't be had. */
  to_race(): Promise<boolean>;
  /** `act`: a button, with what it says. */
  say(text: string, act?: Act): void;
  redraw(): void;
}

/** What the lab that is shown wants: see the verb of this name. */
interface Wanted { own: boolean; file: string; name: string; here: boolean }

const classes_told = 8;

export class Own {
  private told = new Told();
  private dialog: OwnDialog | undefined;
  private making: Promise<OwnDialog> | undefined; // two presses make one
  private files = new HeldFiles();
  private current = ''; // the one that trainers have or are about to have
  private reading?: { file: OwnFile; keep: boolean; done: () => void; failed: (why: Error) => void } | undefined;
  private line: Promise<unknown> = Promise.resolve();

  /** `fetch_reader`: what reads people's files, which the dialog needs. */
  constructor(private actions: OwnActions, private fetch_reader: () => Promise<ReadingParts>, private save: (name: string, bytes: Uint8Array) => void) {}

  /** From now on. */
  speak(texts: Texts, language: 'zh' | 'en'): void {
    if (!this.told.speak(texts, language)) return;
    this.dialog?.speak();
  }

  async open(dropped?: Dropped): Promise<void> {
    this.making ??= this.make_dialog().catch((error: unknown) => {
      this.making = undefined;
      throw error;
    });
    const dialog = await this.making;
    await dialog.open();
    if (dropped) dialog.drop(dropped);
    this.actions.redraw();
  }
  private async make_dialog(): Promise<OwnDialog> {
    const { told } = this;
    return this.dialog = new OwnDialog(told, await this.fetch_reader(), {
      save: this.save,
      use: (file, keep) => this.use(file, keep),
      missing: () => this.missing(),
      in_use: () => { const wanted = this.wanted(); return wanted?.own ? this.files.get(wanted.file) : undefined; },
      may_keep: may_keep_files, kept: kept_files,
      keep: async (file) => { await keep_file(file); this.files.kept(file.hash, true); },
      forget: async (hash) => { await forget_file(hash); this.files.kept(hash, false); },
      use_kept: async (hash) => {
        const file = await kept_file(hash);
        this.files.kept(hash, Boolean(file));
        if (!file) throw new Error(told.say('own.kept_no_more'));
        await this.use(file, false);
      },
    });
  }

  /** Resolves when the lab's document names it, or somebody is asked whether it shall; rejects with a sentence where it can't. */
  private use(file: OwnFile, keep: boolean): Promise<void> {
    const next = this.line.then(() => new Promise<void>((done, failed) => {
      this.reading = { file, keep, done, failed };
      this.actions.hand({ own: file.bytes, hash: '' });
    }));
    this.line = next.catch(() => undefined);
    return next;
  }

  /** A trainer has read a file: that which is to be used, or one that was handed out before, late. */
  async opened(hash: string, examples: number): Promise<void> {
    const { reading, told } = this;
    if (reading?.file.hash !== hash) return this.name_it(hash);
    this.reading = undefined;
    this.files.put(reading.file);
    this.in_use(hash);
    const wanted = this.wanted();
    if (wanted?.own && wanted.file && wanted.file !== hash && !wanted.here && !this.files.knows(wanted.file)) {
      this.actions.say(told.say('own.other', reading.file.name, wanted.name || wanted.file.slice(0, 8)),
        { label: told.say('own.use_other'), act: () => void this.adopt(hash, examples, reading.keep).catch((error: Error) => this.actions.say(error.message)) });
    } else {
      try { await this.adopt(hash, examples, reading.keep); } catch (error) { return reading.failed(error as Error); }
    }
    reading.done();
  }
  refused(text: string): void {
    const { reading } = this;
    this.reading = undefined;
    reading?.failed(new Error(this.told.say('own.unusable', reading.file.name, text)));
  }

  private wanted(): Wanted | undefined { return this.actions.lab_has('own_wanted') ? this.actions.command('own_wanted') as Wanted : undefined; }
  private name_it(hash: string): void {
    const file = this.files.get(hash);
    if (file && this.wanted()?.file === hash) this.actions.command('show', { file: file.name });
    this.actions.redraw();
  }

  /** The lab's document names it from now on; where it does already, its file has come. Rejects with a sentence where no lab takes it. */
  private async adopt(hash: string, examples: number, keep: boolean): Promise<void> {
    const { told, actions } = this, file = this.files.get(hash);
    if (!file) return;
    if (!actions.lab_has('use_own') && !(await actions.to_race())) throw new Error(told.say('own.no_lab', file.name));
    let left_out: string[] = [], far: boolean | undefined = false;
    if (this.wanted()?.file === hash) this.name_it(hash);
    else ({ left_out, far } = actions.command('use_own', { hash, name: file.name.slice(0, 100) }) as { left_out: string[]; far?: boolean });
    actions.redraw();
    const kept = await is_kept(hash), now_kept = keep && !kept && await keep_file(file).then(() => true, () => false);
    if (kept || now_kept) this.files.kept(hash, true);
    const lost = keep && !kept && !now_kept ? told.say('own.not_kept', file.name) : '';
    const without = left_out.length ? told.say('own.left_out', left_out.slice(0, classes_told).join(told.english ? ', ' : '、') + (left_out.length > classes_told ? '…' : '')) : '';
    const said = [told.say(kept || now_kept ? 'own.used_kept' : 'own.used', file.name, examples), without, far ? told.say('own.far') : '', lost].filter(Boolean).join(told.english ? ' ' : '');
    actions.say(said, kept || now_kept || keep || !may_keep_files() ? undefined : { label: told.say('own.keep', megabytes(file.bytes.length)), act: () => void this.keep(file) });
  }
  private async keep(file: OwnFile): Promise<void> {
    const { told, actions } = this;
    await keep_file(file).then(() => { this.files.kept(file.hash, true); actions.say(told.say('own.kept', file.name)); }, () => actions.say(told.say('own.not_kept', file.name)));
  }

  /** A document names this file: from what was used, or what is kept here; else the page says which one is missing. */
  async load(hash: string, only_worker?: number): Promise<void> {
    const { actions } = this, held = this.files.get(hash), file = held ?? await kept_file(hash);
    if (file) {
      this.files.put(file);
      this.in_use(hash);
      if (!held) this.files.kept(hash, true);
      return actions.hand({ own: file.bytes, hash }, only_worker);
    }
    actions.command('pack_failed', { code: 'needs_file' });
    actions.say(this.missing() || this.told.say('own.missing_unnamed', hash.slice(0, 8)), { label: this.told.say('own.missing_choose'), act: () => void this.open().catch((error: Error) => actions.say(error.message)) });
    actions.redraw();
  }
  /** Which file the document wants and has not, in a sentence; or nothing. */
  private missing(): string {
    const { told } = this, wanted = this.wanted();
    if (!wanted?.own || wanted.here || !wanted.file || this.files.get(wanted.file)) return '';
    const mark = wanted.file.slice(0, 8);
    return wanted.name ? told.say('own.missing', wanted.name, mark) : told.say('own.missing_unnamed', mark);
  }
  load_again(worker: number): void {
    if (this.reading) this.actions.hand({ own: this.reading.file.bytes, hash: '' }, worker); // it may be whom an answer was awaited from
    else if (this.current) void this.load(this.current, worker);
  }
  /** What is kept of it is no good. */
  forget(hash: string): void {
    this.files.forget(hash);
    if (this.current === hash) this.in_use('');
  }
  private in_use(hash: string): void {
    this.current = hash;
    this.files.use(hash);
  }
}

// how the page gets at it
(window as { downhill_own?: typeof Own }).downhill_own = Own;
