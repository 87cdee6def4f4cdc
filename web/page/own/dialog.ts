// The dialog in which people bring data of their own: it takes files, shows what comes of them and what was left out, and hands on one file of
// data; it also lists what is kept on this device.
import { dropped_in, type Dropped } from './drop';
import { alert, arrange, make, scroll } from './elements';
import { chosen, dropped, next_root, pasted, type Found } from './files';
import type { KeptFile, OwnFile } from './kept_files';
import type { Asked, FolderHandle, FromWorker, Kind, Look, Sample, Summary, TableShown } from './messages';
import { Points } from './points';
import { Reading, type ReadingParts } from './reading';
import style from './style.css';
import { megabytes, type Told } from './told';

export interface OwnHost {
  save(name: string, bytes: Uint8Array): void;
  /** Data for runs, kept on the device if that is wanted. Rejects with a sentence. */
  use(file: OwnFile, keep: boolean): Promise<void>;
  /** Which file the document wants and has not, in a sentence; or nothing. */
  missing(): string;
  /** What the document uses. */
  in_use(): OwnFile | undefined;
  // what is kept on the device
  may_keep(): boolean;
  kept(): Promise<KeptFile[]>;
  keep(file: OwnFile): Promise<void>;
  forget(hash: string): Promise<void>;
  use_kept(hash: string): Promise<void>;
}

const told_every_ms = 2000; // to screen readers
const columns_shown = 12, seed_most = 999999999;

export class OwnDialog {
  private dialog = make('dialog', { id: 'own_dialog' });
  private reading: Reading;
  private look: Look = { side: 28, fit: false, invert: false };
  private asked: Omit<Asked, 'english'> = { target: '', as: '', features: [], seed: 1, test: 20, validation: 0 };
  private class_name = '';
  private state: 'empty' | 'reading' | 'read' = 'empty';
  private kind: Kind = 'pictures';
  private again = false; // the same pictures are read, as others
  private points: Points; // that were set in the plane since the page was opened
  private placing = false; // the plane stands in the place of all else
  private of_points = false; // what is read is a table of them
  private table: TableShown | undefined;
  private error = ''; // instead of data
  private note = ''; // beside what there is
  private drops = 0; // counts cancels: what was dropped before is not taken any more
  private samples: { sample: Sample; url: string }[] = [];
  private summary: Summary | undefined;
  private waits = 0; // the number of the answer that is waited for
  private asked_ms = 0; // a timer
  private file_name = 'data';
  private told_ms = 0;
  private keeps = false; // what is used is kept on the device, too
  private kept: KeptFile[] | undefined; // once they were looked for
  // parts: those of a language are made by build(), and stay where they are while others come and go
  private progress!: HTMLProgressElement;
  private progress_text!: HTMLElement;
  private progress_row!: HTMLElement;
  private looks!: HTMLElement;
  private as!: HTMLLabelElement;
  private split!: HTMLElement;
  private kept_box!: HTMLElement;
  private keep_box!: HTMLElement;
  private taking!: HTMLElement;
  private change!: HTMLElement;
  private buttons!: { use: HTMLButtonElement; save: HTMLButtonElement; clear: HTMLButtonElement; take: HTMLButtonElement; csv: HTMLButtonElement; back: HTMLButtonElement };
  private columns: HTMLElement | undefined; // of the table
  private live = make('p', { className: 'own_live' });
  private body = make('div');
  private result = make('div');
  private foot = make('div', { className: 'row own_foot' });
  private pairs = make('div', { className: 'own_pairs' });

  constructor(private told: Told, parts: ReadingParts, private host: OwnHost) {
    this.reading = new Reading(parts, (message) => this.heard(message), () => this.failed());
    this.points = new Points(told, () => this.may_take());
    this.live.setAttribute('role', 'status');
    document.head.append(make('style', { textContent: style }));
    document.body.append(this.dialog);
    this.dialog.setAttribute('aria-labelledby', 'own_title');
    this.dialog.addEventListener('dragover', (event) => { event.preventDefault(); event.stopPropagation(); });
    this.dialog.addEventListener('drop', (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (event.dataTransfer) this.drop(dropped_in(event.dataTransfer));
    });
    document.addEventListener('paste', (event) => {
      const files = this.dialog.open ? [...(event.clipboardData?.files ?? [])] : [];
      if (files.length) this.give(pasted(files, this.class_name)), event.preventDefault();
    });
    this.build();
  }

  /** Shows it as it was left. */
  async open(): Promise<void> {
    await this.list_kept();
    if (!this.dialog.open) this.dialog.showModal();
  }
  /** In another language. */
  speak(): void {
    this.note = '';
    if (this.state === 'empty') this.error = '';
    // an error is told anew
    if (this.state === 'read' && this.error) this.begin_reading(), this.reading.give({ files: [], unread: [] }, this.told.english);
    const focused = this.focused();
    this.points.speak();
    this.build();
    this.focus_again(focused);
    if (this.state === 'read') this.ask();
  }
  drop(what: Dropped): void {
    const number = this.drops, again = this.state !== 'empty';
    if (what.entries.some(({ isDirectory }) => isDirectory)) this.begin_reading(); // to find them all takes a while
    void what.folders.then((folders) => {
      if (number !== this.drops) return;
      // files beside folders are found with them, in the other way
      if (!folders.length || folders.length < what.entries.length) return this.find(what, number, again);
      this.expect(folders[0]!.name, !again);
      for (const folder of folders) this.reading.folder(folder, next_root(), this.told.english);
    });
  }
  private find(what: Dropped, number: number, again: boolean): void {
    void dropped(what, this.class_name, (of) => {
      this.show_progress({ done: 0, of, bytes: 0, pictures: 0, share: 0 });
      return number === this.drops;
    }).then((found) => {
      if (number !== this.drops) return;
      if (!again && !found.files.length && !found.unread.length) this.clear();
      this.give(found, !again);
    });
  }
  /** `chooser` where the browser hands out no folders themselves, or not here. */
  private async pick(chooser: HTMLInputElement): Promise<void> {
    const pick = location.protocol.startsWith('http') ? (window as { showDirectoryPicker?: () => Promise<FolderHandle> }).showDirectoryPicker : undefined;
    let folder: FolderHandle | undefined;
    try { folder = await pick?.call(window); } catch (error) {
      if ((error as Error).name === 'AbortError') return; // somebody changed their mind
    }
    if (!folder) return chooser.click();
    this.expect(folder.name);
    this.reading.folder(folder, next_root(), this.told.english);
  }

  private say(key: string, ...values: (string | number)[]): string { return this.told.say(key, ...values); }
  private button(key: string, act: () => void, id: string, main = false): HTMLButtonElement { return make('button', { textContent: this.say(key), id, onclick: act, type: 'button', ...(main ? { className: 'main' } : {}) }); }

  // ---- what comes in ----
  private give(found: Found, first = this.state === 'empty'): void {
    this.placing = false;
    if (!found.files.length && !found.unread.length) {
      if (this.state === 'reading') this.reading.give(found, this.told.english); // it was read already
      this.note = this.live.textContent = this.say('own.nothing');
      return this.look_again();
    }
    this.expect(found.files[0]?.name ?? '', first);
    this.reading.give(found, this.told.english);
  }
  /** Something of this name is going to be read. */
  private expect(name: string, first = this.state === 'empty'): void {
    this.placing = this.of_points = false;
    if (this.kind !== 'pictures') this.forget_samples(), this.forget_choice();
    if (first || this.kind !== 'pictures') this.file_name = name.split('/')[0]!.replace(/\.(zip|csv|tsv|downhill-data(\.gz)?)$/i, '') || 'data';
    this.begin_reading();
  }
  private begin_reading(again = false): void {
    this.again = again;
    this.state = 'reading';
    this.summary = this.table = this.columns = undefined;
    this.error = this.note = '';
    this.waits = 0;
    clearTimeout(this.asked_ms);
    this.show();
  }
  private see(): void {
    this.forget_samples();
    this.begin_reading(true);
    this.reading.see(this.look);
  }
  private forget_samples(): void {
    for (const { url } of this.samples.splice(0)) if (url) URL.revokeObjectURL(url);
    this.pairs.replaceChildren();
  }
  /** Back to the beginning. */
  private clear(): void {
    ++this.drops;
    this.reading.end();
    this.forget_samples();
    this.begin_reading();
    this.placing = this.of_points = false;
    this.state = 'empty';
    this.kind = 'pictures';
    this.forget_choice();
    this.show();
  }

  // ---- points of the plane ----
  /** Sets points, or goes on with it; what was read stays until others are taken. */
  private place(): void {
    this.placing = true;
    this.look_again();
    this.points.focus();
  }
  private table_file(): File { return new File([this.points.csv()], this.say('own.points_file'), { type: 'text/csv' }); }
  private take(): void {
    this.clear();
    this.give(chosen([this.table_file()], ''));
    this.of_points = true;
    this.look_again();
    document.getElementById('own_change_points')?.focus();
  }
  private leave(): void {
    this.placing = false;
    this.look_again();
    document.getElementById('own_choose_points')?.focus();
  }
  private may_take(): void {
    if (this.buttons) this.buttons.take.disabled = this.buttons.csv.disabled = !this.points.count;
  }

  private failed(): void {
    this.clear();
    this.error = this.say('own.died');
    this.show();
  }

  private heard(message: FromWorker): void {
    switch (message.is) {
      case 'progress': return this.show_progress(message);
      case 'sample':
        if (message.place === 0) this.forget_samples();
        return this.add_sample(message.sample);
      case 'read':
        this.state = 'read';
        this.kind = message.kind;
        this.table = message.table;
        this.columns = this.table && this.columns_of(this.table);
        this.error = message.error === 'unreadable' ? this.say('own.unreadable') : message.error ?? '';
        this.look_again();
        if (!this.error) this.ask();
        return;
      case 'summary':
        if (message.id !== this.waits) return;
        this.summary = message.summary;
        return this.show_summary();
      default:
    }
  }
  private show_progress({ done, of, bytes, pictures, share }: { done: number; of: number; bytes: number; pictures: number; share: number }): void {
    if (this.state !== 'reading') return;
    const text = this.say('own.progress', done, of, this.told.count(Math.round(bytes / 1e5) / 10), pictures);
    this.progress.value = share;
    this.progress_text.textContent = text;
    if (performance.now() - this.told_ms < told_every_ms) return;
    this.told_ms = performance.now();
    this.live.textContent = text;
  }
  /** What was chosen of a table. */
  private forget_choice(): void {
    Object.assign(this.asked, { target: '', as: '', features: [] });
    this.as.querySelector('select')!.value = '';
  }
  /** In a moment: several changes make one question. */
  private ask(): void {
    clearTimeout(this.asked_ms);
    this.waits = -1;
    this.may_use(false);
    this.asked_ms = window.setTimeout(() => {
      const { test, validation, seed, features } = this.asked, whole = [test, validation, seed].every(Number.isInteger);
      const wrong = this.kind === 'file' ? '' : !whole || seed < 1 || seed > seed_most || test < 1 || test > 90 || validation < 0 || validation > 50 || test + validation > 90 ? 'own.bad_split' : features[0] === '' ? 'own.no_feature' : '';
      if (!wrong) return void (this.waits = this.reading.finish({ ...this.asked, english: Number(this.told.english) }));
      this.summary = { error: this.say(wrong) };
      this.show_summary();
    }, 120);
  }

  // ---- what is seen ----
  private build(): void {
    const { dialog, look } = this;
    const close = make('button', { textContent: '×', className: 'close', type: 'button', onclick: () => dialog.close() });
    close.setAttribute('aria-label', this.say('own.close'));
    const chooser = (id: string, folder: boolean) => {
      const input = make('input', { type: 'file', multiple: true, hidden: true, id, onchange: () => { this.give(chosen(input.files ?? [], this.class_name)); input.value = ''; } });
      if (folder) input.webkitdirectory = true;
      return input;
    };
    const folder = chooser('own_folder', true), files = chooser('own_files', false);
    const class_name = make('input', { type: 'text', id: 'own_class', value: this.class_name, maxLength: 60, oninput: () => { this.class_name = class_name.value.trim(); } });
    this.progress = make('progress', { max: 1, value: 0 });
    this.progress.setAttribute('aria-label', this.say('own.reading'));
    this.progress_text = make('span');
    this.progress_row = make('div', { className: 'row own_progress' }, this.progress, this.progress_text, this.button('own.cancel', () => this.clear(), 'own_cancel'));
    const invert = make('input', { type: 'checkbox', id: 'own_invert', checked: look.invert, onchange: () => { look.invert = invert.checked; this.see(); } });
    this.looks = make('fieldset', {}, make('legend', { textContent: this.say('own.look') }),
      this.choice('own.size', 'own_size', String(look.side), [['28', '28 × 28'], ['32', '32 × 32']], (side) => { look.side = side === '32' ? 32 : 28; this.see(); }),
      this.choice('own.shape', 'own_fit', look.fit ? 'fit' : 'crop', [['crop', this.say('own.crop')], ['fit', this.say('own.fit')]], (fit) => { look.fit = fit === 'fit'; this.see(); }),
      make('label', {}, invert, ' ', this.say('own.invert')));
    this.as = this.choice('own.as', 'own_as', this.asked.as, [['', this.say('own.guess')], ['classes', this.say('own.as_classes')], ['numbers', this.say('own.as_numbers')]], (as) => { this.asked.as = as; this.ask(); });
    this.split = this.make_split();
    this.taking = make('div', { className: 'own_drop' },
      make('div', { className: 'row' }, this.button('own.folder', () => void this.pick(folder), 'own_choose_folder'), this.button('own.files', () => files.click(), 'own_choose_files'),
        this.button('own.click_points', () => this.place(), 'own_choose_points'), folder, files),
      make('p', { textContent: this.say('own.kinds') }),
      make('label', {}, this.say('own.class'), ' ', class_name));
    this.kept_box = make('div', { className: 'own_kept' });
    this.keep_box = this.make_keeping();
    this.change = make('div', { className: 'row' }, this.button('own.change_points', () => this.place(), 'own_change_points'));
    this.buttons = {
      take: this.button('own.take_points', () => this.take(), 'own_take_points', true), back: this.button('own.back', () => this.leave(), 'own_back'),
      csv: this.button('own.save_csv', () => void this.table_file().arrayBuffer().then((bytes) => this.host.save(this.say('own.points_file'), new Uint8Array(bytes))), 'own_save_csv'),
      use: this.button('own.use_these', () => void this.use(), 'own_use', true), save: this.button('own.save', () => void this.save(), 'own_save'), clear: this.button('own.clear', () => this.clear(), 'own_clear'),
    };
    this.may_take();
    this.columns = this.table && this.columns_of(this.table);
    dialog.replaceChildren(
      make('h2', { id: 'own_title', textContent: this.say('own.title') }), close,
      make('p', { className: 'own_here', textContent: this.say('own.stays') }),
      this.taking, this.live, this.body, this.foot);
    this.show_kept();
    this.show();
  }

  private show(): void {
    if (this.state === 'reading') {
      this.progress.value = 0;
      this.progress_text.textContent = '';
    }
    this.look_again();
    if (this.state === 'empty') this.live.textContent = '';
  }
  /** All below the place where files are taken. */
  private look_again(): void {
    const { state, error, note } = this, parts: Node[] = [error, note].filter(Boolean).map(alert), { use, save, clear, take, csv, back } = this.buttons, focused = this.focused();
    this.taking.hidden = this.placing;
    if (this.placing) {
      arrange(this.body, [this.points.element]);
      return arrange(this.foot, [take, csv, back]);
    }
    if (this.of_points) parts.push(this.change);
    if (state === 'empty') {
      const missing = this.host.missing();
      if (missing) parts.push(make('p', { className: 'own_missing', textContent: missing }));
      parts.push(this.kept_box);
    }
    if (state === 'reading') parts.push(this.progress_row);
    if (state !== 'empty' && !error && this.kind_now() === 'pictures') parts.push(this.looks);
    if (state !== 'empty' && !error) parts.push(this.pairs);
    if (state === 'read' && !error) {
      if (this.columns) parts.push(this.columns);
      if (this.kind !== 'file') parts.push(this.split);
      parts.push(this.result);
    }
    arrange(this.body, parts);
    arrange(this.foot, state === 'empty' ? [] : [use, save, clear]);
    this.may_use(false);
    if (this.summary) this.show_summary();
    else this.result.replaceChildren();
    this.focus_again(focused);
  }
  private kind_now(): Kind { return this.state === 'reading' ? (this.again || this.samples.length ? 'pictures' : 'table') : this.kind; }
  private may_use(may: boolean): void { this.buttons.use.disabled = this.buttons.save.disabled = !may; }

  // ---- what is kept on the device ----
  private async list_kept(): Promise<void> {
    this.kept = await this.host.kept();
    this.show_kept();
    this.look_again(); // what is missing may have come
  }
  private show_kept(): void {
    const { kept, host } = this, focused = this.focused();
    if (!kept) return;
    /** One after the other; what fails is told. */
    const act = (what: () => Promise<void>, failed?: string) => async () => {
      for (const button of this.kept_box.querySelectorAll('button')) button.disabled = true;
      this.note = await what().then(() => '', (error: Error) => failed ?? error.message);
      await this.list_kept();
    };
    const row = (text: string, ...buttons: HTMLElement[]) => make('div', { className: 'row' }, make('span', { textContent: text }), ...buttons);
    const named = (button: HTMLButtonElement, name: string) => { button.setAttribute('aria-label', `${button.textContent ?? ''}: ${name}`); return button; };
    const here = host.in_use(), rows = kept.map(({ hash, name, size }, i) => row(this.say('own.file_of_size', name, megabytes(size)),
      named(this.button('own.use', () => void act(() => host.use_kept(hash).then(() => this.dialog.close()))(), `own_use_${i}`), name),
      named(this.button('own.forget', () => void act(() => host.forget(hash))(), `own_forget_${i}`), name)));
    if (here && host.may_keep() && !kept.some(({ hash }) => hash === here.hash)) {
      const keep = make('button', { type: 'button', id: 'own_keep', textContent: this.say('own.keep', megabytes(here.bytes.length)), onclick: () => void act(() => host.keep(here), this.say('own.not_kept', here.name))() });
      rows.unshift(row(this.say('own.in_use', here.name), keep));
    }
    this.kept_box.replaceChildren(make('h3', { textContent: this.say('own.kept_head') }), ...rows, ...(kept.length ? [] : [make('p', { textContent: this.say(host.may_keep() ? 'own.none_kept' : 'own.cannot_keep') })]));
    this.focus_again(focused);
  }
  /** Whether what is used is kept, too; or that it can't be. */
  private make_keeping(): HTMLElement {
    if (!this.host.may_keep()) return make('p', { textContent: this.say('own.cannot_keep') });
    const keep = make('input', { type: 'checkbox', id: 'own_keep_these', checked: this.keeps, onchange: () => { this.keeps = keep.checked; } });
    return make('p', {}, make('label', {}, keep, ' ', make('span')));
  }

  private choice<T extends string>(label: string, id: string, value: T, options: [T, string][], act: (value: T) => void): HTMLLabelElement {
    const select = make('select', { id, onchange: () => act(select.value as T) }, ...options.map(([of, text]) => make('option', { value: of, textContent: text, selected: of === value })));
    return make('label', {}, this.say(label), ' ', select);
  }
  /** The control that has the focus, which may be made anew. */
  private focused(): Element | undefined { return this.dialog.contains(document.activeElement) ? document.activeElement ?? undefined : undefined; }
  private focus_again(had: Element | undefined): void {
    if (!had || had.isConnected || this.focused()) return;
    const now = had.id ? document.getElementById(had.id) : null;
    (now && !now.matches(':disabled') ? now : document.getElementById('own_choose_folder'))?.focus();
  }

  private add_sample(sample: Sample): void {
    const first = this.samples.length === 0, url = sample.before ? URL.createObjectURL(sample.before) : '';
    this.samples.push({ sample, url });
    const { side, square, name } = sample, after = make('canvas', { width: side, height: side }), pixels = new ImageData(side, side);
    square.forEach((grey, i) => pixels.data.set([grey, grey, grey, 255], 4 * i));
    after.getContext('2d')?.putImageData(pixels, 0, 0);
    after.setAttribute('role', 'img');
    after.setAttribute('aria-label', this.say(url ? 'own.after' : 'own.example', name));
    this.pairs.append(make('figure', { title: name }, ...(url ? [make('img', { src: url, alt: this.say('own.before', name) }), '→'] : []), after));
    if (first && this.state === 'reading') this.look_again();
  }

  private columns_of(table: TableShown): HTMLElement {
    const { asked } = this, separator = { ',': 'own.comma', ';': 'own.semicolon', '\t': 'own.tab' }[table.separator];
    const names = table.columns.map(({ name }) => name);
    const shown = make('table'), some = names.slice(0, columns_shown), more = names.length > some.length;
    shown.append(make('caption', { textContent: this.say('own.rows_shown') }), make('thead', {}, make('tr', {}, ...some.map((name) => make('th', { scope: 'col', textContent: name })), ...(more ? [make('th', { textContent: '…' })] : []))),
      make('tbody', {}, ...table.shown.map((row) => make('tr', {}, ...some.map((_, i) => make('td', { textContent: row[i] ?? '' })), ...(more ? [make('td', { textContent: '…' })] : [])))));
    const fold = make('details', { id: 'own_features' });
    return make('fieldset', {}, make('legend', { textContent: this.say('own.table') }),
      make('p', { textContent: this.say('own.table_is', table.encoding, separator ? this.say(separator) : table.separator, table.rows, names.length) }),
      scroll(shown, this.say('own.rows_shown')),
      this.choice('own.target', 'own_target', asked.target, [['', this.say('own.guess')], ...names.map((name): [string, string] => [name, name])], (target) => { asked.target = target; asked.features = []; this.ask(); }),
      this.as, fold);
  }
  /** Which columns are features: those that were taken, to be changed. */
  private features(of: Summary): void {
    const fold = document.getElementById('own_features'), table = this.table;
    if (!fold || !table || !of.features) return;
    const taken = new Set(of.features), boxes: HTMLInputElement[] = [];
    const change = () => {
      const names = boxes.filter((box) => box.checked).map((box) => box.value);
      this.asked.features = names.length ? names : ['']; // none at all would be all of them
      head.textContent = this.say('own.features', names.length);
      this.ask();
    };
    const head = make('summary', { textContent: this.say('own.features', taken.size) });
    const list = make('div', { className: 'own_scroll own_boxes' }, ...table.columns.flatMap(({ name }, i) => {
      if (name === of.answer) return [];
      const box = make('input', { type: 'checkbox', value: name, checked: taken.has(i), onchange: change });
      boxes.push(box);
      return [make('label', {}, box, ' ', name)];
    }));
    const had = fold.contains(document.activeElement) ? (document.activeElement as HTMLInputElement).value ?? '' : undefined;
    fold.replaceChildren(head, list);
    if (had !== undefined) (boxes.find((box) => box.value === had) ?? head).focus();
  }

  private make_split(): HTMLElement {
    const number = (label: string, id: 'seed' | 'test' | 'validation', least: number, most: number) => {
      const input = make('input', { type: 'number', id: 'own_' + id, min: String(least), max: String(most), step: '1', value: String(this.asked[id]), oninput: () => { this.asked[id] = input.value === '' ? NaN : Number(input.value); this.ask(); } });
      return make('label', {}, this.say(label), ' ', input);
    };
    return make('fieldset', {}, make('legend', { textContent: this.say('own.split') }),
      number('own.test', 'test', 1, 90), number('own.validation', 'validation', 0, 50), number('own.seed', 'seed', 1, seed_most));
  }

  private show_summary(): void {
    const { summary, result } = this;
    if (!summary) return;
    const parts: Node[] = [], fine = summary.error === undefined && summary.sums !== undefined;
    if (summary.error !== undefined) parts.push(alert(summary.error));
    if (summary.sums) {
      const { train, validation, test } = summary.sums, all = train + validation + test, classes = summary.classes ?? [];
      const line = classes.length ? this.say('own.sum_classes', all, classes.length, train, validation, test) : this.say('own.sum_numbers', all, summary.answer || this.say('own.answer'), train, validation, test);
      parts.push(make('p', { className: 'own_sum', textContent: line }));
      this.live.textContent = line;
      if (classes.length) {
        const rows = classes.map((of) => make('tr', {}, make('th', { scope: 'row', textContent: of.name }), ...[of.train, of.validation, of.test].map((n) => make('td', { className: 'number', textContent: this.told.count(n) }))));
        const heads = ['own.class_head', 'own.train_head', 'own.validation_head', 'own.test_head'].map((key, i) => make('th', { scope: 'col', className: i ? 'number' : '', textContent: this.say(key) }));
        parts.push(scroll(make('table', {}, make('caption', { textContent: this.say('own.counts') }), make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...rows)), this.say('own.counts')));
      }
      if (this.kind === 'pictures' && summary.answer) parts.push(this.as);
    } else if (summary.error !== undefined) this.live.textContent = '';
    if (summary.told_count) {
      const list = make('ul', {}, ...(summary.told ?? []).map((text) => make('li', { textContent: text })));
      const rest = summary.told_count - (summary.told?.length ?? 0);
      if (rest > 0) list.append(make('li', { textContent: this.say('own.told_more', rest) }));
      parts.push(make('h3', { textContent: this.say('own.told', summary.told_count) }), scroll(list, this.say('own.told', summary.told_count)));
    }
    if (summary.hash) parts.push(make('p', { className: 'own_hash' }, this.say('own.hash') + ' ', make('code', { textContent: summary.hash })));
    if (fine) {
      parts.push(this.keep_box);
      const text = this.keep_box.querySelector('span');
      if (text) text.textContent = this.say('own.keep_these', megabytes(summary.bytes ?? 0));
    }
    const focused = this.focused();
    arrange(result, parts);
    this.features(summary);
    this.focus_again(focused);
    this.may_use(fine);
  }

  private async save(): Promise<void> {
    const name = `${this.file_name}.downhill-data`, bytes = await this.reading.pack();
    if (bytes) this.host.save(name, bytes);
  }
  private async use(): Promise<void> {
    const { summary } = this, name = `${this.file_name}.downhill-data`;
    this.may_use(false);
    const bytes = await this.reading.pack();
    if (!bytes || !summary?.hash) return; // they were cleared, or the worker died, which is told
    const error = await this.host.use({ hash: summary.hash, name, bytes }, this.keeps).then(() => '', (why: Error) => why.message);
    if (this.summary !== summary) return; // something else is being chosen by now
    if (error) {
      this.note = error;
      return this.look_again();
    }
    this.dialog.close();
    this.clear();
  }
}
