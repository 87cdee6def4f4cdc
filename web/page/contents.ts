// The contents 目录: the book's sections, in each its labs: a small drawing, the question it answers, its presets. It covers the
// lab, or the form view, while it is open, and closes as soon as something else is opened.
import { labs } from 'site-files';
import type { Words } from './words';

export interface ContentsActions {
  command(verb: string, rest?: object): unknown;
  open_preset(id: string): void;
  /** The lab is covered, or seen again. */
  covers(on: boolean): void;
}

export class Contents {
  constructor(private room: HTMLElement, private buttons: HTMLElement[], private words: Words, private actions: ContentsActions) {
    for (const button of buttons)
      button.addEventListener('click', (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the brand is a link: in a new tab
        event.preventDefault();
        this.show(!this.is_open, button);
      });
    document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && this.is_open && !document.querySelector('dialog[open]')) this.show(false); });
    // the lab that is pointed at shows its presets where there is room beside the cards; not those that are crossed on the way there
    room.addEventListener('focusin', (event) => this.point((event.target as Element).closest('article')));
    room.addEventListener('pointerover', (event) => {
      const article = (event.target as Element).closest('article');
      clearTimeout(this.pointing);
      this.pointing = window.setTimeout(() => this.point(article), 200);
    });
  }
  private pointing = 0;

  get is_open(): boolean { return !this.room.hidden; }
  private opener?: HTMLElement;

  show(on: boolean, opener?: HTMLElement): void {
    if (on === this.is_open) return;
    if (on) this.opener = opener ?? this.buttons[0]!, this.build();
    this.room.hidden = !on;
    for (const button of this.buttons) button.setAttribute('aria-expanded', String(on));
    const had = document.activeElement;
    this.actions.covers(on);
    if (on) this.room.querySelector<HTMLElement>('article.here a')?.focus();
    else if (!had || had === document.body || this.room.contains(had)) this.opener?.focus({ preventScroll: true });
  }

  /** After a change of language, lab or preset, or at a start: another lab or preset closes them, for it is to be seen. */
  update(): void {
    if (this.is_open && this.now() !== this.built_for) this.show(false);
    else if (this.is_open && this.words.language !== this.built_in) this.build();
  }
  private built_for = '';
  private built_in = '';
  private now(): string {
    const { lab, preset } = this.actions.command('shown') as { lab: string; preset?: string };
    return `${lab} ${preset ?? ''}`;
  }

  private point(article: Element | null): void {
    if (!article) return;
    for (const each of this.room.querySelectorAll('article')) each.classList.toggle('pointed', each === article);
  }

  private build(): void {
    const { words } = this, { presets, current } = this.actions.command('presets') as { presets: { id: string; lab: string }[]; current: string };
    const { lab: here } = this.actions.command('shown') as { lab: string };
    this.built_for = this.now();
    this.built_in = words.language;
    const title = element('h2', words.say('contents.title')), book = element('p', words.say('contents.book'));
    title.id = 'contents_title';
    const list = document.createElement('div');
    list.className = 'sections';
    for (const section of new Set(labs.map((lab) => lab.section))) {
      const part = element('section', ''), name = element('h3', words.say('section.' + section)), cards = element('div', '');
      name.id = 'section_' + section;
      part.setAttribute('aria-labelledby', name.id);
      const head = element('div', '');
      head.append(name, element('p', words.say(`section.${section}.about`)));
      cards.className = 'cards';
      for (const lab of labs.filter((each) => each.section === section)) cards.append(this.card(lab, lab.id === here, presets.filter((preset) => preset.lab === lab.id).map(({ id }) => id), current));
      part.append(head, cards);
      list.append(part);
    }
    this.room.replaceChildren(title, book, list);
    this.point(this.room.querySelector('article.here'));
  }

  private card({ id, drawing }: (typeof labs)[number], here: boolean, presets: string[], current: string): HTMLElement {
    const { words } = this, article = document.createElement('article'), link = document.createElement('a'), picture = document.createElementNS(svg, 'svg');
    if (here) article.className = 'here';
    picture.setAttribute('viewBox', '0 0 60 48');
    picture.setAttribute('aria-hidden', 'true');
    for (const [color, path] of drawing) {
      const line = document.createElementNS(svg, 'path');
      line.setAttribute('d', path);
      line.style.stroke = `var(--${color})`;
      picture.append(line);
    }
    link.href = '#' + id;
    link.textContent = words.say('nav.' + id);
    if (here) link.setAttribute('aria-current', 'page');
    link.addEventListener('click', () => this.show(false));
    const text = document.createElement('div');
    text.append(link, element('p', words.say('question.' + id)), element('small', words.say('contents.presets', String(presets.length))));
    const list = document.createElement('ul');
    list.setAttribute('aria-label', words.say('contents.presets_of', words.say('nav.' + id)));
    for (const preset of presets) {
      const item = document.createElement('li'), button = document.createElement('button');
      button.textContent = words.titles[preset] ?? preset;
      if (preset === current) button.setAttribute('aria-pressed', 'true');
      button.addEventListener('click', () => { this.show(false); this.actions.open_preset(preset); });
      item.append(button);
      list.append(item);
    }
    article.append(picture, text, list);
    return article;
  }
}

const svg = 'http://www.w3.org/2000/svg';
function element(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
