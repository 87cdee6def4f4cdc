// The lab as an HTML form and tables: settings from the experiment's field table, lanes, live results. For screen readers,
// for keyboards, for browsers without WebGL2, and for print.
import type { Result } from './downhill_api';
import type { Words } from './words';

interface FieldRow { id: string; label: string; help: string; value: string; choices?: { id: string; label: string }[] }

export interface FormActions {
  command(verb: string, rest?: object): unknown;
  /** A command whose refusal is told to the user. */
  attempt(verb: string, rest?: object): void;
}

export class FormView {
  private results = document.createElement('tbody');
  private fields = document.createElement('div');
  private lanes = document.createElement('tbody');
  private built = '';

  constructor(private root: HTMLElement, private words: Words, private actions: FormActions) {}

  /** Makes everything anew: the experiment or the language has changed. */
  build(): void {
    const { root, words, actions } = this;
    const state = actions.command('get_state');
    const version = JSON.stringify(state) + words.language;
    if (version === this.built) return;
    const focused = root.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.field : undefined;
    this.built = version;
    const make = <K extends keyof HTMLElementTagNameMap>(tag: K, text = '', ...children: Node[]): HTMLElementTagNameMap[K] => {
      const element = document.createElement(tag);
      element.textContent = text;
      element.append(...children);
      return element;
    };
    const button = (text: string, verb: string, rest: object = {}) => {
      const b = make('button', text);
      b.type = 'button';
      b.dataset.verb = verb;
      b.onclick = () => actions.attempt(verb, rest);
      return b;
    };
    root.replaceChildren(make('h1', words.say('form.title')));
    const row = make('div');
    row.className = 'row';
    row.append(button(words.say('form.start'), 'toggle'), button(words.say('form.step_button'), 'step', { n: 1 }), button(words.say('form.reset'), 'reset'));
    root.append(row);

    const table = (caption: string, heads: string[], body: HTMLTableSectionElement) => {
      const t = make('table', '', make('caption', caption), make('thead', '', make('tr', '', ...heads.map((h) => { const th = make('th', words.say(h)); th.scope = 'col'; return th; }))), body);
      const box = make('div', '', t);
      box.className = 'scroll';
      box.tabIndex = 0;
      box.setAttribute('role', 'region');
      box.setAttribute('aria-label', caption);
      return box;
    };
    root.append(make('h2', words.say('form.results')));
    root.append(table(words.say('form.results'), ['form.lane', 'form.step', 'form.epoch', 'form.train_loss', 'form.test_loss', 'form.test_accuracy', 'form.status'], this.results));

    const section = make('div');
    section.className = 'settings';
    root.append(section);
    section.append(make('h2', words.say('form.lanes')));
    this.lanes.replaceChildren();
    const experiment = state as { lanes: object[]; network: { hidden: { units: number; dropout: number; activation: { name: string } }[] } };
    (actions.command('lane_names') as string[]).forEach((name, i) => {
      const cell = (pointer: string) => {
        const info = actions.command('field', { id: `lane:${i}:${pointer}` }) as FieldRow;
        return make('td', '', this.control({ ...info, label: `${name}: ${words.say(pointer === '/batch' ? 'form.batch' : pointer === '/optimizer' ? 'form.method' : 'form.rate')}` }));
      };
      const head = make('th', name);
      head.scope = 'row';
      this.lanes.append(make('tr', '', head, cell('/optimizer'), cell('/optimizer/lr'), cell('/batch')));
    });
    section.append(table(words.say('form.lanes'), ['form.lane', 'form.method', 'form.rate', 'form.batch'], this.lanes));

    section.append(make('h2', words.say('form.settings')));
    this.fields.className = 'fields';
    this.fields.replaceChildren();
    for (const field of actions.command('fields') as FieldRow[]) this.fields.append(this.labelled(field));
    const { hidden } = experiment.network;
    const layers = make('input');
    layers.value = hidden.map((l) => l.units).join(', ');
    layers.dataset.field = 'layers';
    const activation = hidden[0]?.activation.name ?? 'relu';
    layers.onchange = () => actions.attempt('set_field', {
      id: 'field:/network/hidden',
      value: layers.value.split(/[,，、\s]+/).filter(Boolean).map((units) => ({ units: Number(units), activation: hidden[0]?.activation ?? activation, dropout: hidden[0]?.dropout ?? 0 })),
    });
    this.fields.append(make('label', words.say('form.layers'), layers));
    if (hidden.length) {
      const all = (change: (layer: (typeof hidden)[number]) => object) => actions.attempt('set_field', { id: 'field:/network/hidden', value: hidden.map(change) });
      const choice = make('select');
      choice.dataset.field = 'activation';
      for (const { id, label } of actions.command('activations') as { id: string; label: string }[]) choice.append(new Option(label, id, false, id === activation));
      choice.onchange = () => all((l) => ({ ...l, activation: choice.value }));
      this.fields.append(make('label', words.say('form.activation'), choice));
      const dropout = make('input');
      dropout.dataset.field = 'dropout';
      dropout.inputMode = 'decimal';
      dropout.value = String(hidden[0]?.dropout ?? 0);
      dropout.onchange = () => all((l) => ({ ...l, dropout: Number(dropout.value) }));
      this.fields.append(make('label', words.say('form.dropout'), dropout));
    }
    section.append(this.fields);
    this.update([]);
    if (focused) root.querySelector<HTMLElement>(`[data-field="${focused}"]`)?.focus();
  }

  private labelled(field: FieldRow): HTMLElement {
    const label = document.createElement('label');
    label.append(field.label, this.control(field));
    const help = document.createElement('small');
    help.textContent = field.help;
    label.append(help);
    return label;
  }

  private control(field: FieldRow): HTMLElement {
    const { actions } = this;
    let control: HTMLInputElement | HTMLSelectElement;
    if (field.choices) {
      control = document.createElement('select');
      for (const { id, label } of field.choices) control.append(new Option(label, id, false, id === field.value));
      control.onchange = () => actions.attempt('set_field', { id: field.id, value: control.value });
    } else {
      control = document.createElement('input');
      control.value = field.value;
      control.onchange = () => { actions.attempt('typed', { id: field.id, text: control.value }); this.built = ''; this.build(); };
    }
    control.dataset.field = field.id;
    control.setAttribute('aria-label', field.label);
    return control;
  }

  update(results: Result[]): void {
    const { words } = this;
    const rows = results.length ? results : (this.actions.command('results') as Result[]);
    const number = (value: number | null, digits: number) => value === null ? '–' : value.toFixed(digits);
    this.results.replaceChildren(...rows.map((r) => {
      const tr = document.createElement('tr');
      const head = document.createElement('th');
      head.scope = 'row';
      head.textContent = r.label;
      tr.append(head);
      for (const text of [`${r.step} / ${r.steps}`, r.epoch.toFixed(1), number(r.train_loss, 4), number(r.test_loss, 4), r.test_accuracy === null ? '–' : `${(100 * r.test_accuracy).toFixed(1)} %`]) {
        const td = document.createElement('td');
        td.className = 'number';
        td.textContent = text;
        tr.append(td);
      }
      const status = document.createElement('td');
      status.textContent = words.say('status.' + r.status);
      tr.append(status);
      return tr;
    }));
  }

  /** The results as text that a spreadsheet takes. */
  table_text(results: Result[]): string {
    const { words } = this;
    const heads = ['form.lane', 'form.step', 'form.epoch', 'form.train_loss', 'form.test_loss', 'form.test_accuracy'].map((h) => words.say(h));
    return [heads, ...results.map((r) => [r.label, r.step, r.epoch, r.train_loss ?? '', r.test_loss ?? '', r.test_accuracy ?? ''])].map((row) => row.join('\t')).join('\n');
  }
}
