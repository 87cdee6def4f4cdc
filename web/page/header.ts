// The header: labs, languages, the menu that takes in what has no room. Where labs have none either, they are in the contents, and
// its button says which of them is shown.
import type { Words } from './words';

/** Marks the link of the lab that is shown. */
export function mark_lab(lab: string, words: Words): void {
  const name = words.say('nav.' + lab);
  (document.getElementById('lab_name') as HTMLElement).textContent = name;
  document.getElementById('contents_button')?.setAttribute('aria-label', `${words.say('contents.title')}: ${name}`);
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

/** Words, theme and width decide whether the header has room for all; the rarer tools go into a menu, then all of them. */
export function fit_header(header: HTMLElement, menu: HTMLElement, tools: HTMLElement): void {
  const fit = () => {
    header.classList.remove('tight', 'narrow');
    for (const step of ['tight', 'narrow']) header.classList.toggle(step, header.scrollWidth > header.clientWidth);
  };
  new ResizeObserver(fit).observe(header);
  const change = new MutationObserver(fit);
  change.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  change.observe(header, { subtree: true, childList: true, attributeFilter: ['hidden'] });
  fit();

  const is_open = () => tools.classList.contains('open');
  const open = (on: boolean) => {
    if (!on && tools.contains(document.activeElement)) menu.focus(); // it goes out of sight
    tools.classList.toggle('open', on);
    menu.setAttribute('aria-expanded', String(on));
  };
  const within = (target: EventTarget | null) => target instanceof Node && (tools.contains(target) || menu.contains(target));
  menu.addEventListener('click', () => open(!is_open()));
  document.addEventListener('pointerdown', (event) => { if (is_open() && !within(event.target)) open(false); }, { capture: true });
  header.addEventListener('keydown', (event) => { if (event.key === 'Escape' && is_open()) open(false), menu.focus(); });
  document.addEventListener('focusin', (event) => { if (is_open() && !within(event.target)) open(false); });
  // before the tool itself is told: a dialog gives the focus back to what has it now
  tools.addEventListener('click', (event) => { if (is_open() && (event.target as HTMLElement).closest('button')) open(false); }, { capture: true });
}
