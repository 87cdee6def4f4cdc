// The page's language: strings from assets/strings.json, chosen by ?lang=, by what was chosen before, by the browser.
import { strings } from 'strings.ts';

export type Language = 'zh' | 'en';

/** What the browser lets us remember; in sandboxed frames it is nothing. */
export const memory = {
  get(key: string): string | null {
    try { return localStorage.getItem('downhill.' + key); } catch { return null; }
  },
  set(key: string, value: string): void {
    try { localStorage.setItem('downhill.' + key, value); } catch { /* nothing is remembered here */ }
  },
};

export function first_language(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? memory.get('lang');
  if (asked === 'zh' || asked === 'en') return asked;
  return /^zh\b/i.test(navigator.language) || !/^en\b/i.test(navigator.language) ? 'zh' : 'en';
}

export class Words {
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
