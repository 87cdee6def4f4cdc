// The explanation of a control: a sentence, the formula, the range, the default and the way back to it.
import { formulas } from 'formulas.ts';
import { trusted } from './trusted';
import type { Words } from './words';

export interface HelpEvent {
  id: string; label: string; text: string; x: number; y: number; w: number; h: number;
  key?: string; formula?: string; value?: string; least?: string; most?: string; standard?: string; lane?: boolean; differs?: boolean;
}

/** Those that come with a lab. */
export const add_formulas = (more: Record<string, string>) => void Object.assign(formulas, more);
/** MathML of a formula, or null. Parsed as XML: nothing in the page is ever made from HTML text. */
export function formula_element(key: string): Node | null {
  const text = formulas[key];
  return text ? document.importNode(new DOMParser().parseFromString(trusted.createHTML(text), 'application/xml').documentElement, true) : null;
}

export class Popover {
  private opener: Element | null = null;

  constructor(private box: HTMLElement, private canvas: HTMLElement, private words: Words, private reset: (id: string) => void) {
    document.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.close(); });
    // it stands at the end of the document: Tab goes on from the control that it explains
    box.addEventListener('keydown', (event) => {
      const all = box.querySelectorAll('button');
      if (event.key === 'Tab' && document.activeElement === all[event.shiftKey ? 0 : all.length - 1]) this.close();
    });
    document.addEventListener('pointerdown', (event) => { if (!box.hidden && !box.contains(event.target as Node)) this.close(false); }, { capture: true });
  }

  open(help: HelpEvent): void {
    const { box, words } = this;
    this.opener = document.activeElement;
    const make = (tag: string, text = '') => {
      const element = document.createElement(tag);
      element.textContent = text;
      return element;
    };
    box.replaceChildren();
    const title = make('h2', help.label);
    title.id = 'popover_title';
    const close = make('button', '×') as HTMLButtonElement;
    close.className = 'close';
    close.setAttribute('aria-label', words.say('dialog.close'));
    close.onclick = () => this.close();
    box.append(title, close, make('p', help.text));
    for (const key of [help.formula, help.key]) {
      const math = key ? formula_element(key) : null;
      if (!math) continue;
      const line = make('div');
      line.className = 'formula';
      line.append(math);
      box.append(line);
      break;
    }
    const facts = make('dl');
    const fact = (name: string, value: string | undefined) => { if (value) facts.append(make('dt', words.say(name)), make('dd', value)); };
    fact('field.value', help.value);
    fact('field.range', help.least !== undefined ? help.least + words.say('field.to') + (help.most ?? '') : undefined);
    fact('field.default', help.standard);
    if (facts.childElementCount) box.append(facts);
    if (help.differs) {
      const back = make('button', words.say(help.lane ? 'field.reset_lane' : 'field.reset')) as HTMLButtonElement;
      back.dataset.reset = help.id;
      back.onclick = () => { this.close(); this.reset(help.id); };
      box.append(back);
    }
    box.hidden = false;
    const at = this.canvas.getBoundingClientRect();
    const left = Math.min(at.left + help.x, innerWidth - box.offsetWidth - 8);
    const below = at.top + help.y + help.h + 6;
    const top = below + box.offsetHeight < innerHeight ? below : Math.max(8, at.top + help.y - box.offsetHeight - 6);
    Object.assign(box.style, { left: `${Math.max(8, left)}px`, top: `${top}px` });
    close.focus({ preventScroll: true });
  }

  close(give_back = true): void {
    if (this.box.hidden) return;
    this.box.hidden = true;
    if (give_back && this.opener instanceof HTMLElement && this.opener.isConnected) this.opener.focus({ preventScroll: true });
  }
}
