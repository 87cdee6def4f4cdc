// Presets: the menu in the header, and the note below it: what to do, what do you guess, and, once the run has ended or
// it is asked for, what is to be seen.
import type { PresetWords, Words } from './words';

interface Titled { id: string; lab: string; title: string }
type Preset = Titled & PresetWords;
/** Where the note stands; see App::note(). */
interface Note { changed: boolean; started: boolean; guess: number; seen: boolean }

export interface PresetActions {
  command(verb: string, rest?: object): unknown;
  open(id: string): void;
  /** Starts, or pauses. */
  toggle(): void;
}
interface Transport { running: boolean; finished: boolean }

export class Presets {
  private shown = '';
  private told = '';
  private readonly text = document.createElement('div');
  /** What changes while the note is open; a screen reader says it. */
  private readonly state = document.createElement('div');
  private readonly start: HTMLButtonElement;

  constructor(private menu: HTMLSelectElement, private note: HTMLElement, private words: Words, private actions: PresetActions) {
    menu.addEventListener('change', () => { if (menu.value) actions.open(menu.value); });
    this.state.setAttribute('aria-live', 'polite');
    this.start = this.button('preset_start', '', () => actions.toggle());
    this.start.className = 'main';
  }

  /** After a change of language, lab, preset, experiment, or when a run starts or ends. */
  update(): void {
    const { labs, presets: rows, current, note } = this.actions.command('presets') as { labs: string[]; presets: { id: string; lab: string }[]; current: string; note: Note | null };
    const presets = rows.map((row): Titled => ({ ...row, title: this.words.titles[row.id] ?? row.id }));
    const chosen = presets.find((p) => p.id === current), said = this.words.presets[current];
    const preset = chosen && said ? { ...chosen, ...said } : undefined;
    const state = this.words.language + current;
    if (state !== this.shown) this.keep_focus(() => this.build(labs, presets, preset));
    this.shown = state;
    const told = state + JSON.stringify(note);
    if (preset && note && told !== this.told) this.keep_focus(() => this.tell(preset, note));
    this.told = told;
    const { running, finished } = this.actions.command('transport') as Transport, { words } = this;
    const label = running ? words.say('transport.pause') : finished ? words.say('transport.again') : note?.started ? words.say('transport.resume') : words.say('transport.start');
    if (this.start.textContent !== label) this.start.textContent = label;
  }

  /** What is made anew keeps the focus; where it is no more, the button that leads on has it, or, the note closed, the menu. */
  private keep_focus(change: () => void): void {
    const had = document.activeElement;
    const within = had instanceof HTMLElement && this.note.contains(had);
    change();
    if (!within || document.activeElement === had) return;
    const again = had.id ? this.note.querySelector<HTMLElement>('#' + had.id) : null;
    (this.note.hidden ? this.menu : again ?? this.start).focus({ preventScroll: true });
  }

  private build(labs: string[], presets: Titled[], preset?: Preset): void {
    const { menu, note, words } = this;
    menu.replaceChildren(new Option(words.say('preset.choose'), ''));
    for (const lab of labs) {
      const group = document.createElement('optgroup');
      group.label = words.say('nav.' + lab);
      for (const one of presets) if (one.lab === lab) group.append(new Option(one.title, one.id));
      menu.append(group);
    }
    menu.value = preset?.id ?? '';
    note.hidden = !preset;
    note.replaceChildren();
    this.text.replaceChildren();
    this.state.replaceChildren();
    if (!preset) return;
    note.setAttribute('aria-label', preset.title);
    this.text.append(this.part('do', preset.do), this.state);
    const close = this.button('preset_close', '×', () => this.actions.command('close_preset'));
    close.setAttribute('aria-label', words.say('preset.close'));
    note.append(this.text, this.start, close);
  }

  private tell(preset: Preset, now: Note): void {
    const { words, actions, state } = this;
    if (now.changed) {
      const again = this.button('preset_anew', words.say('preset.anew'), () => actions.open(preset.id));
      const p = document.createElement('p');
      p.append(words.say('preset.changed'), ' ', again);
      state.replaceChildren(p);
      return;
    }
    const guessed = preset.answers[now.guess];
    const mine = guessed === undefined ? '' : words.say('preset.guessed', guessed);
    if (now.seen) {
      state.replaceChildren(this.part('see', preset.see, mine));
      return;
    }
    const ask = this.button('preset_ask', words.say('preset.ask'), () => actions.command('see_answer'));
    if (now.started) {
      const p = document.createElement('p');
      p.append(mine, ' ', ask);
      state.replaceChildren(p);
      return;
    }
    // the answers stay as they are while one is chosen: focus stays, too
    if (state.querySelector('fieldset')?.dataset.of === preset.id + words.language) return;
    const field = document.createElement('fieldset'), legend = document.createElement('legend');
    field.dataset.of = preset.id + words.language;
    legend.append(this.mark('guess'), ' ', preset.ask);
    field.append(legend);
    preset.answers.forEach((answer, i) => {
      const label = document.createElement('label'), radio = document.createElement('input');
      radio.type = 'radio';
      radio.name = 'preset_guess';
      radio.checked = i === now.guess;
      radio.onchange = () => { actions.command('guess', { answer: i }); this.update(); };
      label.append(radio, ' ', answer);
      field.append(label);
    });
    field.append(ask);
    state.replaceChildren(field);
  }

  private mark(key: string): HTMLElement {
    const b = document.createElement('b');
    b.textContent = this.words.say('preset.' + key);
    return b;
  }
  private part(key: string, sentence: string, before = ''): HTMLElement {
    const p = document.createElement('p');
    p.append(before, before ? ' ' : '', this.mark(key), ' ', sentence);
    return p;
  }
  private button(id: string, text: string, press: () => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.id = id;
    button.textContent = text;
    button.onclick = () => { press(); this.update(); };
    return button;
  }
}
