// The lab as an HTML form and tables: settings from the experiment's field table, lanes, live results. For screen readers,
// for keyboards, for browsers without WebGL2, and for print.
import type { Standing } from './downhill_api';
import type { Words } from './words';

interface FieldRow { id: string; label: string; help: string; value: string; choices?: { id: string; label: string }[]; press?: boolean }
/** A list as a table of numbers that are typed; rows are added and taken away where `add` and `remove` say so. */
interface FieldTable { id: string; label: string; help: string; columns: string[]; rows: { head: string; cells: string[] }[]; add: boolean; remove: boolean }

export interface FormActions {
  /** Whether the lab has a verb. */
  has(verb: string): boolean;
  command(verb: string, rest?: object): unknown;
  /** A command whose refusal is told to the user. */
  attempt(verb: string, rest?: object): void;
}

/** Numbers of the results as they are written. */
const fixed = (digits: number) => (value: number) => value.toFixed(digits);
const written: Record<string, (value: number) => string> = { epoch: fixed(1), train_loss: fixed(4), test_loss: fixed(4), test_accuracy: (value) => `${(100 * value).toFixed(1)} %` };
const cell = (row: Standing, column: string): string => {
  const value = row[column as keyof Standing] as number | null;
  if (column === 'step' && row.step !== null && row.steps) return `${row.step} / ${row.steps}`;
  return value === null ? '–' : (written[column] ?? ((number) => String(Number(number.toPrecision(6)))))(value);
};

/** More of them would take a screen reader hours, and the page seconds. */
const kRowsMost = 2000;
/** So long the table of them stays as it is while a lab runs. */
const kRefresh_ms = 2000;
/** The cells of a line of CSV. */
const cells_of = (line: string): string[] => [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');

type Control = HTMLInputElement | HTMLSelectElement | HTMLButtonElement;

const key_of = (node: Node) => node instanceof HTMLElement ? node.dataset.key ?? node.dataset.field : undefined;
/** Makes `old` like `fresh` where it stands: what has the focus, is selected or half typed stays so. */
function become(old: Node, fresh: Node): void {
  if (old instanceof Text && fresh instanceof Text && old.data !== fresh.data) old.data = fresh.data;
  if (!(old instanceof HTMLElement && fresh instanceof HTMLElement)) return;
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) === value) continue;
    old.setAttribute(name, value);
    if (name === 'value' && old instanceof HTMLInputElement) old.value = value;
  }
  old.onclick = fresh.onclick;
  old.onchange = fresh.onchange;
  const keys = new Set([...fresh.children].map(key_of));
  for (const child of [...old.children]) if (!keys.has(key_of(child))) child.remove();
  let at = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const key = key_of(child), match = key ? [...old.children].find((e) => key_of(e) === key) : at;
    if (!match || match.nodeName !== child.nodeName || key_of(match) !== key) { old.insertBefore(child, at); continue; }
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
    become(match, child);
  }
  while (at) {
    const next: ChildNode | null = at.nextSibling;
    at.remove();
    at = next;
  }
  if (old instanceof HTMLSelectElement && old.value !== (fresh as HTMLSelectElement).value) old.value = (fresh as HTMLSelectElement).value;
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, text = '', ...children: Node[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.append(...(text ? [text] : []), ...children);
  return element;
}

/** What the form asks of an experiment. */
interface Layered { network: { hidden: { units: number; dropout: number; activation: { name: string } }[] } }

export class FormView {
  private built = '';
  private refreshed_ms = -Infinity; // the table of every number
  private refresh_timer = 0;

  constructor(private root: HTMLElement, private words: Words, private actions: FormActions) {}

  /** Brings everything up to the experiment and the language. */
  build(): void {
    const { root, words, actions } = this;
    const state = actions.command('getState'), all_fields = actions.command('fields') as FieldRow[];
    const version = JSON.stringify([state, all_fields, words.language]);
    if (version === this.built) return;
    this.built = version;
    const columns = actions.command('columns') as string[], heads_of_numbers = columns.map((column) => 'form.' + column);
    const button = (text: string, verb: string, rest: object = {}) => {
      const b = make('button', text);
      b.type = 'button';
      b.dataset.verb = verb;
      b.onclick = () => actions.attempt(verb, rest);
      return b;
    };
    const table = (caption: string, heads: string[], body: HTMLTableSectionElement) => this.table(caption, heads.map((h) => ({ text: words.say(h), number: heads_of_numbers.includes(h) })), body);
    const fields = make('div');
    fields.className = 'fields';
    const labelled = (label: string, control: Control, help = '') => {
      const element = make('label', label, control, ...(help ? [make('small', help)] : []));
      element.dataset.key = control.dataset.field;
      fields.append(element);
    };
    for (const field of all_fields) {
      if (!field.press) { labelled(field.label, this.control(field), field.help); continue; }
      const element = make('div', '', this.control(field), make('small', field.help)); // a button says what it does by itself
      element.dataset.key = field.id;
      fields.append(element);
    }
    const section = make('div', '', make('h2', words.say('form.settings')), fields);
    section.className = 'settings';
    const fresh = root.cloneNode() as HTMLElement;
    fresh.append(make('h1', words.say('form.title')));
    if (actions.has('activation_functions')) {
      this.layers(state as Layered, labelled);
      section.prepend(make('h2', words.say('form.lanes')), table(words.say('form.lanes'), ['form.lane', 'form.method', 'form.rate', 'form.batch'], this.lanes()));
    }
    if (columns.length > 0) {
      const row = make('div', '', button(words.say('form.start'), 'toggle'), ...(actions.has('step') ? [button(words.say('form.step_button'), 'step', { n: 1 })] : []), button(words.say('form.reset'), 'reset'));
      row.className = 'row';
      fresh.append(row, make('h2', words.say('form.results')), table(words.say('form.results'), ['form.lane', ...heads_of_numbers, 'form.status'], this.rows(actions.command('standings') as Standing[])), this.every_number());
    }
    for (const table of actions.command('tables') as FieldTable[]) section.append(this.list(table));
    fresh.append(section);
    const had = document.activeElement;
    become(root, fresh);
    // a button that was pressed and is no more, as that of a remedy that has been tried
    if (had instanceof HTMLElement && !had.isConnected) root.querySelector<HTMLElement>('.row button, input, select')?.focus();
  }

  private table(caption: string, heads: { text: string; number: boolean }[], body: HTMLTableSectionElement): HTMLDivElement {
    const t = make('table', '', make('caption', caption), make('thead', '', make('tr', '', ...heads.map(({ text, number }) => {
      if (!text) return make('td'); // above heads of rows, or buttons
      const th = make('th', text);
      th.scope = 'col';
      if (number) th.className = 'number';
      return th;
    }))), body);
    const box = make('div', '', t);
    box.className = 'scroll';
    box.tabIndex = 0;
    box.setAttribute('role', 'region');
    box.setAttribute('aria-label', caption);
    return box;
  }

  /** A list of the document, behind its name, since it may be long. */
  private list(of: FieldTable): HTMLDetailsElement {
    const { words, actions } = this, place = `table ${of.id}`;
    const button = (text: string, name: string, verb: string, rest: object) => {
      const b = make('button', text);
      b.type = 'button';
      b.dataset.verb = `${verb} ${of.id}`;
      if (name !== text) b.setAttribute('aria-label', name);
      b.onclick = (event) => {
        const pressed = event.currentTarget as HTMLElement;
        actions.attempt(verb, { table: of.id, ...rest });
        this.build();
        if (!pressed.isConnected) this.root.querySelector<HTMLElement>(`[data-key="${place}"] > summary`)?.focus(); // it went with its row
      };
      return b;
    };
    const body = make('tbody', '', ...of.rows.map(({ head, cells }, row) => {
      const th = make('th', head);
      th.scope = 'row';
      const numbers = cells.map((text, column) => {
        const input = this.input(`${of.id}/${row}/${column}`, text, (it) => this.changed(it, 'type_cell', { table: of.id, row, column, text: it.value }));
        input.setAttribute('aria-label', `${of.label} ${head}: ${of.columns[column]}`);
        return make('td', '', input);
      });
      const remove = of.remove ? [make('td', '', button(words.say('form.remove_row'), `${of.label} ${head}: ${words.say('form.remove_row')}`, 'remove_row', { row }))] : [];
      return make('tr', '', th, ...numbers, ...remove);
    }));
    const heads = ['', ...of.columns, ...(of.remove ? [''] : [])].map((text) => ({ text, number: false }));
    const details = make('details', '', make('summary', `${of.label} (${of.rows.length})`), make('small', of.help), this.table(of.label, heads, body),
      ...(of.add ? [button(words.say('form.add_row'), `${of.label}: ${words.say('form.add_row')}`, 'add_row', {})] : []));
    details.dataset.key = place;
    details.open = this.root.querySelector<HTMLDetailsElement>(`[data-key="${place}"]`)?.open ?? false;
    return details;
  }

  /** The lab's curves or paths, point by point: what its CSV has. Made when it is opened, since it may be long. */
  private every_number(): HTMLDetailsElement {
    const details = make('details', '', make('summary', this.words.say('form.every_number')));
    details.dataset.key = 'every_number';
    details.open = this.root.querySelector<HTMLDetailsElement>('[data-key=every_number]')?.open ?? false;
    if (details.open) details.append(...this.points());
    details.ontoggle = (event) => this.refresh(event.currentTarget as HTMLDetailsElement);
    return details;
  }
  private refresh(details: HTMLDetailsElement): void {
    if (!details.isConnected) return; // made to be compared with, not to be seen
    this.refreshed_ms = performance.now();
    const fresh = details.cloneNode() as HTMLDetailsElement;
    fresh.append(make('summary', this.words.say('form.every_number')), ...(details.open ? this.points() : []));
    become(details, fresh);
  }
  private points(): HTMLElement[] {
    const [head_line = '', ...rows] = (this.actions.command('csv', { plot: 'curves' }) as string).trim().split('\n'), heads = cells_of(head_line);
    const body = make('tbody', '', ...rows.slice(0, kRowsMost).map(cells_of).map((row) => make('tr', '', ...row.map((text, i) => {
      const td = make('td', text);
      if (i > 0) td.className = 'number';
      return td;
    }))));
    const words = this.words, known = (head: string) => (words.say('form.' + head) === 'form.' + head ? head : words.say('form.' + head));
    const more = rows.length > kRowsMost ? [make('p', words.say('form.first_rows', String(kRowsMost), String(rows.length)))] : [];
    return [this.table(words.say('form.every_number'), heads.map((head, i) => ({ text: known(head), number: i > 0 })), body), ...more];
  }

  /** A line for each lane: method, rate, batch. */
  private lanes(): HTMLTableSectionElement {
    const { words, actions } = this, lanes = make('tbody');
    (actions.command('lane_names') as string[]).forEach((name, i) => {
      const cell = (pointer: string) => {
        const info = actions.command('field', { id: `lane:${i}:${pointer}` }) as FieldRow;
        return make('td', '', this.control({ ...info, label: `${name}: ${words.say(pointer === '/batch' ? 'form.batch' : pointer === '/optimizer' ? 'form.method' : 'form.rate')}` }));
      };
      const head = make('th', name);
      head.scope = 'row';
      lanes.append(make('tr', '', head, cell('/optimizer'), cell('/optimizer/lr'), cell('/batch')));
    });
    return lanes;
  }

  /** The hidden layers, all with one activation and rate of dropout. */
  private layers({ network: { hidden } }: Layered, labelled: (label: string, control: Control) => void): void {
    const { words, actions } = this;
    const first = hidden[0]?.activation ?? 'relu', dropout = hidden[0]?.dropout ?? 0;
    const all = (control: Control, layers: object[]) => this.changed(control, 'set_field', { id: 'field:/network/hidden', value: layers });
    labelled(words.say('form.layers'), this.input('layers', hidden.map((l) => l.units).join(', '),
      (it) => all(it, it.value.split(/[,，、\s]+/).filter(Boolean).map((units) => ({ units: Number(units), activation: first, dropout })))));
    if (!hidden[0]) return;
    labelled(words.say('form.activation'), this.select('activation', actions.command('activation_functions') as { id: string; label: string }[], hidden[0].activation.name,
      (it) => all(it, hidden.map((l) => ({ ...l, activation: it.value })))));
    labelled(words.say('form.dropout'), this.input('dropout', String(dropout), (it) => all(it, hidden.map((l) => ({ ...l, dropout: Number(it.value) })))));
  }

  /** Hands on what was chosen or typed; the control then shows what holds. */
  private changed(control: Control, verb: string, rest: object): void {
    this.actions.attempt(verb, rest);
    this.build();
    if (control instanceof HTMLInputElement) control.value = control.defaultValue;
    else if (control instanceof HTMLSelectElement) control.value = [...control.options].find((o) => o.defaultSelected)?.value ?? control.value;
  }

  // What happens on a change is told of the element that it happens to: it may be an older one than the one made here.
  private input(id: string, value: string, act: (it: HTMLInputElement) => void): HTMLInputElement {
    const control = make('input');
    control.defaultValue = value;
    control.dataset.field = id;
    if (id === 'dropout') control.inputMode = 'decimal';
    control.onchange = (event) => act(event.currentTarget as HTMLInputElement);
    return control;
  }
  private select(id: string, choices: { id: string; label: string }[], chosen: string, act: (it: HTMLSelectElement) => void): HTMLSelectElement {
    const control = make('select', '', ...choices.map((c) => new Option(c.label, c.id, c.id === chosen, c.id === chosen)));
    control.dataset.field = id;
    control.onchange = (event) => act(event.currentTarget as HTMLSelectElement);
    return control;
  }
  private button(field: FieldRow): HTMLButtonElement {
    const control = make('button', field.label);
    control.type = 'button';
    control.dataset.field = field.id;
    control.onclick = (event) => this.changed(event.currentTarget as HTMLButtonElement, 'typed', { id: field.id, text: '' });
    return control;
  }
  private control(field: FieldRow): Control {
    if (field.press) return this.button(field);
    const control = field.choices ? this.select(field.id, field.choices, field.value, (it) => this.changed(it, 'set_field', { id: field.id, value: it.value }))
      : this.input(field.id, field.value, (it) => this.changed(it, 'typed', { id: field.id, text: it.value }));
    control.setAttribute('aria-label', field.label);
    return control;
  }

  /** The results' rows, cell by cell. */
  update(results: Standing[]): void {
    this.build(); // what there is to press may hang on how far the lab has come
    const body = this.root.querySelector('tbody');
    if (body) become(body, this.rows(results.length ? results : (this.actions.command('standings') as Standing[])));
    const open = () => this.root.querySelector<HTMLDetailsElement>('[data-key=every_number][open]');
    if (open()) this.refresh_timer ||= window.setTimeout(() => {
      this.refresh_timer = 0;
      const details = open();
      if (details) this.refresh(details);
    }, Math.max(0, this.refreshed_ms + kRefresh_ms - performance.now()));
  }
  private rows(results: Standing[]): HTMLTableSectionElement {
    const columns = this.actions.command('columns') as string[];
    return make('tbody', '', ...results.map((r) => {
      const head = make('th', r.label);
      head.scope = 'row';
      const cells = columns.map((column) => {
        const td = make('td', cell(r, column));
        td.className = 'number';
        return td;
      });
      return make('tr', '', head, ...cells, make('td', this.words.say('status.' + r.status)));
    }));
  }

  /** The results as text that a spreadsheet takes. */
  table_text(results: Standing[]): string {
    const columns = this.actions.command('columns') as string[];
    const heads = ['lane', ...columns].map((h) => this.words.say('form.' + h));
    return [heads, ...results.map((r) => [r.label, ...columns.map((column) => r[column as keyof Standing] ?? '')])].map((row) => row.join('\t')).join('\n');
  }
}
