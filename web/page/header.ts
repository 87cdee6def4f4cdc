// The header: labs, languages, the menu that takes in what has no room.
import type { Words } from './words';

/** Marks the link of the lab that is shown. */
export function mark_lab(lab: string): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('nav a'))
    if (link.hash === '#' + lab) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
}

/** 中文 / EN, with the one in use in bold. */
export function mark_language(button: HTMLElement, words: Words): void {
  const part = (text: string, on: boolean) => {
    const element = document.createElement(on ? 'b' : 'span');
    element.textContent = text;
    return element;
  };
  button.replaceChildren(part('中文', words.language === 'zh'), ' / ', part('EN', words.language === 'en'));
}

/** Words, theme and width decide whether the header has room for all; the rest goes into a menu. */
export function fit_header(header: HTMLElement, menu: HTMLElement, tools: HTMLElement, offline: HTMLElement): void {
  const fit = () => { header.classList.remove('tight'); header.classList.toggle('tight', header.scrollWidth > header.clientWidth); };
  new ResizeObserver(fit).observe(header);
  const change = new MutationObserver(fit);
  change.observe(document.documentElement, { attributeFilter: ['lang', 'data-theme'] });
  change.observe(offline, { attributeFilter: ['hidden'] });
  fit();

  const open = (on: boolean) => { tools.classList.toggle('open', on); menu.setAttribute('aria-expanded', String(on)); };
  menu.addEventListener('click', () => open(!tools.classList.contains('open')));
  document.addEventListener('pointerdown', (event) => { if (!tools.contains(event.target as Node) && !menu.contains(event.target as Node)) open(false); }, { capture: true });
  tools.addEventListener('click', (event) => { if ((event.target as HTMLElement).closest('button')) open(false); });
}
