// Presets: the menu in the header, and the note below it that says what to do and what is to be seen.
import type { Words } from './words';

interface Preset { id: string; lab: string; title: string; do: string; see: string }

export interface PresetActions {
  command(verb: string, rest?: object): unknown;
  open(id: string): void;
  start(): void;
}

export class Presets {
  private shown = '';

  constructor(private menu: HTMLSelectElement, private note: HTMLElement, private words: Words, private actions: PresetActions) {
    menu.addEventListener('change', () => { if (menu.value) actions.open(menu.value); });
  }

  /** After a change of language, lab or preset. */
  update(): void {
    const { presets, current } = this.actions.command('presets') as { presets: Preset[]; current: string };
    const state = this.words.language + current;
    if (state === this.shown) return;
    this.shown = state;
    const { menu, note, words } = this;
    const first = new Option(words.say('preset.choose'), '');
    menu.replaceChildren(first);
    for (const lab of ['race', 'activations', 'dropout']) {
      const group = document.createElement('optgroup');
      group.label = words.say('nav.' + lab);
      for (const preset of presets) if (preset.lab === lab) group.append(new Option(preset.title, preset.id));
      menu.append(group);
    }
    menu.value = current;
    const preset = presets.find((p) => p.id === current);
    note.hidden = !preset;
    note.replaceChildren();
    if (!preset) return;
    note.setAttribute('aria-label', preset.title);
    const text = document.createElement('p');
    const part = (mark: string, sentence: string) => {
      const b = document.createElement('b');
      b.textContent = words.say(mark);
      text.append(b, ' ', sentence, ' ');
    };
    part('preset.do', preset.do);
    part('preset.see', preset.see);
    const close = document.createElement('button');
    close.textContent = '×';
    close.setAttribute('aria-label', words.say('preset.close'));
    close.onclick = () => { this.actions.command('close_preset'); this.update(); };
    const start = document.createElement('button');
    start.className = 'main';
    start.id = 'preset_start';
    start.textContent = words.say('preset.start');
    start.onclick = () => this.actions.start();
    note.append(text, start, close);
  }
}
