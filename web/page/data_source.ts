// The data on its way to the trainers: packs beside the page, or the user's own copies of the official files.
import { packs } from 'site-files';
import { fetch_bytes, single_file } from './fetch_bytes';
import { GivenFiles } from './official_files';
import { keep_pack, keep_page, may_keep } from './offline';
import type { OwnActions } from './own/own';
import { OwnData } from './own_data';
import type { TrainerInput } from './trainer';
import type { Words } from './words';

export interface DataActions {
  post(worker: number, input: TrainerInput): void;
  worker_count(): number;
  command(verb: string, rest?: object): unknown;
  say(text: string, stays?: boolean, wants_files?: boolean): void;
  redraw(): void;
  /** One frame. */
  frame(): void;
  own: Omit<OwnActions, 'hand' | 'command' | 'redraw'>;
}

/** A pack that will be wanted: fetched and with the trainers, perhaps, before there is an app to ask for it. */
export class EarlyPack {
  /** Told of what arrives, once somebody waits for it. */
  progress?: (received: number, total: number) => void;
  /** Other data are wanted by now, or other trainers have to do. */
  given_up = false;
  readonly handed: Promise<Uint8Array>;

  /** `begin`: when to ask for it; `trainers`: what hands it to all of them. */
  constructor(readonly pack: (typeof packs)[number], begin: Promise<void>, trainers: Promise<(input: TrainerInput) => void>) {
    const arrives = (received: number, total: number) => this.progress?.(received, total);
    this.handed = begin.then(() => fetch_bytes(pack.file, pack.bytes, arrives).catch(() => fetch_bytes(pack.file, pack.bytes, arrives, true))).then(async (bytes) => {
      const hand = await trainers;
      if (!this.given_up) hand({ pack: bytes, id: pack.id, hash: pack.hash });
      return bytes;
    });
    this.handed.catch(() => undefined); // told to whoever waits for it
  }
}

export class DataSource {
  private loading = ''; // the pack that workers have or are about to have
  private given = new GivenFiles();
  private fetched = new Map<string, { bytes: Promise<Uint8Array>; anew: boolean }>(); // packs that are not known to be good yet
  private kept = new Set<string>();
  private page_kept = false;
  private keep_timer = 0;
  readonly own: OwnData;

  /** `mark` is shown once the page is ready for use without a network. */
  constructor(private words: Words, private mark: HTMLElement, private actions: DataActions, private early?: EarlyPack) {
    this.own = new OwnData(words, { ...actions.own, command: actions.command, redraw: actions.redraw, hand: (input, only_worker) => this.hand(input, only_worker) });
  }
  private hand(input: TrainerInput, only_worker?: number): void {
    for (let worker = 0; worker < this.actions.worker_count(); ++worker) if (only_worker === undefined || worker === only_worker) this.actions.post(worker, input);
  }

  /** Hands a pack to all trainers, or to one; `anew`: not the browser's own copy, which was found bad. */
  async load(id: string, anew: boolean, only_worker?: number): Promise<void> {
    if (id.startsWith('own:')) return this.own.load(id.slice(4), only_worker);
    const given = this.given.complete();
    const pack = packs.find((p) => (given ? p.files : p.id === id)); // given files are everything
    if (!pack) return;
    this.loading = pack.id;
    const early = this.early?.pack === pack && !this.early.given_up && !given && !anew && only_worker === undefined ? this.early : undefined;
    if (this.early && !early) this.early.given_up = true;
    this.early = undefined;
    const each_worker = (input: TrainerInput) => this.hand(input, only_worker);
    if (given) return each_worker({ files: given, id: pack.id, hash: pack.files ?? '' });
    const progress = (received: number, total: number) => { this.actions.command('pack_progress', { received, total }); };
    try {
      let told_ms = 0;
      const arrives = (received: number, total: number) => {
        if (performance.now() - told_ms < 250) return; // parts come faster than a slow machine draws
        told_ms = performance.now();
        progress(received, total);
        this.actions.frame();
      };
      if (early) early.progress = arrives;
      const fetching = early?.handed ?? fetch_bytes(pack.file, pack.bytes, arrives, anew);
      if (may_keep() && !this.kept.has(id)) this.fetched.set(id, { bytes: fetching, anew });
      const bytes = await fetching;
      progress(0, 0);
      if (!early) each_worker({ pack: bytes, id, hash: pack.hash });
    } catch (error) {
      this.fetched.delete(id); // another try may bring it
      progress(0, 0);
      this.actions.command('pack_failed');
      this.actions.say(single_file ? this.words.say('notice.pack_in_file') : this.words.say('notice.pack_missing', (error as Error).message), true, true);
    }
    this.actions.redraw();
  }

  /** A new worker gets what the others have. */
  load_again(worker: number): void {
    if (this.loading) void this.load(this.loading, false, worker);
    this.own.load_again(worker);
  }

  /** A worker found the data bad; another would, too. */
  refused(id: string): void {
    if (id.startsWith('own:')) return this.own.forget(id.slice(4));
    this.loading = '';
    this.fetched.clear();
    this.given.forget();
  }

  /** Official files that the user gives: once all four are there they serve instead of the packs. */
  async take(files: File[]): Promise<void> {
    const { words, actions } = this;
    try { await this.given.take(files); } catch (error) {
      const file = (error as Error).cause;
      return actions.say(file instanceof File ? words.say('notice.file_too_large', file.name, String(Math.round(file.size / 1e6))) : words.say('notice.file_unreadable', (error as Error).message), true, true);
    }
    const missing = this.given.missing();
    if (missing.length) return actions.say(words.say('notice.files_missing', String(4 - missing.length), missing.join(words.say('notice.and'))), true, true);
    actions.say(words.say('notice.files_complete'));
    void this.load(packs.find((p) => p.files)?.id ?? '', false);
  }

  /** A pack that a worker has found good is kept for when there is no network. */
  async keep(id: string): Promise<void> {
    const fetched = this.fetched.get(id), pack = packs.find((p) => p.id === id);
    if (!fetched || !pack) return;
    this.fetched.delete(id);
    try {
      await keep_pack(pack.file, await fetched.bytes, fetched.anew, packs.map((p) => p.file));
      this.kept.add(id);
    } catch { /* storage is full or refused: online it is, then */ }
    this.show_kept();
    this.keep_page_in(3000);
  }
  /** The page itself is kept in a while: line and processor are the first curve's until then. */
  keep_page_in(delay_ms: number): void {
    clearTimeout(this.keep_timer);
    if (this.page_kept || !may_keep()) return;
    this.keep_timer = window.setTimeout(async () => {
      try { await keep_page(); this.page_kept = true; } catch { /* the same */ }
      this.show_kept();
    }, delay_ms);
  }
  /** Only what is really there is claimed: the page's files and at least one pack. */
  private show_kept(): void { this.mark.hidden = !(this.page_kept && this.kept.size > 0); }
}
