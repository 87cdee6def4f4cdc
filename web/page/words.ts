// The words of the page around the canvas, from assets/strings/, in the language that is shown.
import { strings } from 'strings.ts';

export type Language = 'zh' | 'en';
/** What a preset says; see assets/presets.json. */
export interface PresetWords { do: string; ask: string; answers: string[]; see: string }

/** What the browser lets us remember; in sandboxed frames it is nothing. */
export const memory = {
  name: (key: string): string => 'downhill.' + key,
  get(key: string): string | null {
    try { return localStorage.getItem(memory.name(key)); } catch { return null; }
  },
  set(key: string, value: string): void {
    try { localStorage.setItem(memory.name(key), value); } catch { /* nothing is remembered here */ }
  },
  forget(key: string): void {
    try { localStorage.removeItem(memory.name(key)); } catch { /* nothing was */ }
  },
};

export class Words {
  /** By preset; those of all come with the language. */
  titles: Record<string, string> = {};
  /** By preset; they come with its lab. */
  presets: Record<string, PresetWords> = {};

  constructor(public language: Language) {}

  say(key: string, ...values: string[]): string {
    const text = strings[key]?.[this.language] ?? key;
    return text.replace(/\{(\d)\}/g, (_, n: string) => values[Number(n) - 1] ?? '');
  }

  /** Puts the language into everything in the document that names a string. */
  apply(): void {
    document.documentElement.lang = this.language === 'zh' ? 'zh-CN' : 'en';
    document.title = this.say('app.title');
    for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) element.textContent = this.say(element.dataset.text ?? '');
    for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) {
      element.setAttribute('aria-label', this.say(element.dataset.label ?? ''));
      if (element.tagName === 'BUTTON') element.title = this.say(element.dataset.label ?? '');
    }
    for (const element of document.querySelectorAll<HTMLElement>('[data-title]')) element.title = this.say(element.dataset.title ?? '');
  }
}
