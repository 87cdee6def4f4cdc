// What is said about data of one's own, in the language that is shown.
export type Texts = Record<string, string>;

export class Told {
  private texts: Texts = {};
  private language: 'zh' | 'en' = 'zh';

  /** Whether that is another language than before. */
  speak(texts: Texts, language: 'zh' | 'en'): boolean {
    const other = language !== this.language;
    this.texts = texts;
    this.language = language;
    return other;
  }
  get english(): boolean { return this.language === 'en'; }
  say(key: string, ...values: (string | number)[]): string {
    return (this.texts[key] ?? key).replace(/\{(\d)\}/g, (_, n: string) => { const value = values[Number(n) - 1] ?? ''; return typeof value === 'number' ? this.count(value) : value; });
  }
  count(n: number): string { return n.toLocaleString(this.english ? 'en' : 'zh-CN'); }
}

export const megabytes = (bytes: number): string => (bytes < 95_000 ? (Math.ceil(bytes / 1e3) / 1e3).toFixed(3) : (bytes / 1e6).toFixed(1));
