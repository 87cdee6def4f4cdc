// The canvas's controls once more, as elements that lie over it: what a keyboard can reach and a screen reader reads.
// They are made from the list that the canvas's controls enter themselves in. An open list has the focus in it; whatever
// closes it gives the focus back to what opened it.
import type { ScreenItem } from './downhill_api';

const pressable = new Set(['button', 'checkbox', 'radio', 'textbox', 'combobox', 'option', 'menuitem']);

/** What the app answers before the next key arrives. */
export interface MirrorActions {
  activate(id: string): void;
  nudge(id: string, by: number): void;
  /** Scrolls its panel to it. */
  reveal(id: string): void;
  close_list(): void;
}

export class Mirror {
  private elements = new Map<string, HTMLElement>();
  private places = new WeakMap<HTMLElement, string>();
  private list = document.createElement('div');
  private opener: HTMLElement | null = null;
  private back: HTMLElement | null = null; // where the focus goes when the list closes
  private updating = false;
  private was_in_list = false; // at the last update

  constructor(private root: HTMLElement, private actions: MirrorActions) {
    root.addEventListener('keydown', (event) => {
      const element = event.target as HTMLElement, id = element.dataset.id ?? '';
      if (event.ctrlKey || event.metaKey) return;
      if (event.key === 'Enter' && event.repeat) event.preventDefault(); // held, it would press what it has opened
      if (this.list.contains(element)) return this.list_key(event, element);
      if (element.hasAttribute('aria-haspopup') && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) return event.preventDefault(), this.actions.activate(id);
      if (element.getAttribute('role') !== 'slider') return;
      const by = { ArrowRight: 0.01, ArrowUp: 0.01, ArrowLeft: -0.01, ArrowDown: -0.01, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      this.actions.nudge(id, by);
    });
    root.addEventListener('click', (event) => {
      const { id, kind } = (event.target as HTMLElement).dataset;
      if (id && pressable.has(kind ?? '') && !(event.target as HTMLElement).hasAttribute('aria-disabled')) this.actions.activate(id);
    });
    root.addEventListener('focusin', (event) => { if (!this.updating) this.show(event.target as HTMLElement); });
  }

  private show(element: HTMLElement): void {
    if ('cut' in element.dataset) this.actions.reveal(element.dataset.id ?? '');
  }

  private list_key(event: KeyboardEvent, element: HTMLElement): void {
    const options = [...this.list.children] as HTMLElement[], at = options.indexOf(element);
    if (event.key === 'Tab') return this.opener?.focus({ preventScroll: true }), this.actions.close_list(); // and on from there
    if (event.key === 'Escape') return event.preventDefault(), this.actions.close_list();
    const letter = event.key.toLowerCase(), after = [...options.slice(at + 1), ...options.slice(0, at + 1)];
    const to = { ArrowDown: options[at + 1], ArrowUp: options[at - 1], Home: options[0], End: options.at(-1) }[event.key]
      ?? (letter.length === 1 && letter !== ' ' ? after.find((o) => o.getAttribute('aria-label')?.toLowerCase().startsWith(letter)) : undefined);
    if (/^(Arrow|Page|Home|End)/.test(event.key)) event.preventDefault(); // the rest is the browser's
    to?.focus({ preventScroll: true });
  }

  /** A list that was opened by pointer takes the keyboard; false if none is open. */
  enter_list(): boolean {
    if (!this.list.isConnected) return false;
    this.back = document.activeElement as HTMLElement;
    this.focus_option();
    return true;
  }
  private focus_option(): void {
    (this.list.querySelector<HTMLElement>('[aria-selected=true]') ?? this.list.firstElementChild as HTMLElement | null)?.focus({ preventScroll: true });
  }

  update(items: ScreenItem[]): void {
    this.updating = true;
    const focused = document.activeElement instanceof HTMLElement && this.root.contains(document.activeElement) ? document.activeElement : null;
    const in_list = this.list.contains(focused), anchor = in_list ? this.opener : focused, stood = anchor?.getBoundingClientRect();
    const seen = new Set<string>();
    const last = new Map<HTMLElement, Element | null>([[this.root, null], [this.list, null]]);
    const put = (parent: HTMLElement, element: HTMLElement) => {
      const after = last.get(parent), wanted = after ? after.nextElementSibling : parent.firstElementChild;
      if (wanted !== element) parent.insertBefore(element, wanted);
      last.set(parent, element);
    };
    let opener: HTMLElement | null = null;
    for (const item of items) {
      if (seen.has(item.id)) continue;
      seen.add(item.id);
      let element = this.elements.get(item.id);
      if (!element || element.dataset.kind !== item.role) {
        element?.remove();
        element = this.make(item);
        this.elements.set(item.id, element);
      }
      this.describe(element, item);
      put(item.role === 'option' || item.role === 'menuitem' ? this.list : this.root, element);
      if (!item.expanded) continue;
      opener = element;
      this.list.setAttribute('role', item.role === 'combobox' ? 'listbox' : 'menu');
      this.list.setAttribute('aria-label', item.label);
      put(this.root, this.list);
    }
    if (!opener) this.list.remove();
    for (const [id, element] of this.elements)
      if (!seen.has(id)) {
        element.remove();
        this.elements.delete(id);
      }
    const opened = opener && focused === opener && !this.was_in_list;
    this.opener = opener;
    if (opened) {
      this.back = opener;
      this.focus_option();
    } else if (in_list && !opener && this.back?.isConnected) this.back.focus({ preventScroll: true });
    // moving an element takes its focus away; where it is no more, whatever stands in its place has it
    else if (focused && document.activeElement !== focused) (focused.isConnected ? focused : this.nearest(stood!))?.focus({ preventScroll: true });
    this.updating = false;
    const now = document.activeElement as HTMLElement;
    this.was_in_list = this.list.contains(now);
    if (now !== focused && this.root.contains(now)) this.show(now);
  }

  private nearest(to: DOMRect): HTMLElement | undefined {
    const off = (e: HTMLElement) => { const r = e.getBoundingClientRect(); return Math.hypot(r.x + r.width / 2 - to.x - to.width / 2, r.y + r.height / 2 - to.y - to.height / 2); };
    return [...this.elements.values()].filter((e) => e.tabIndex >= 0).map((e) => ({ e, off: off(e) })).sort((a, b) => a.off - b.off)[0]?.e;
  }

  private make(item: ScreenItem): HTMLElement {
    const element = document.createElement(pressable.has(item.role) ? 'button' : 'div');
    if (element instanceof HTMLButtonElement) element.type = 'button';
    element.dataset.id = item.id;
    element.dataset.kind = item.role;
    if (item.role === 'slider') {
      element.tabIndex = 0;
      element.setAttribute('role', 'slider');
      element.setAttribute('aria-valuemin', '0');
      element.setAttribute('aria-valuemax', '100');
    } else if (item.role === 'checkbox') element.setAttribute('role', 'checkbox');
    else if (item.role === 'option' || item.role === 'menuitem') {
      element.tabIndex = -1;
      element.setAttribute('role', item.role);
    } else if (!pressable.has(item.role)) element.setAttribute('role', item.role === 'img' ? 'img' : 'note');
    return element;
  }

  private describe(element: HTMLElement, item: ScreenItem): void {
    const set = (name: string, value: string | null) => {
      if (element.getAttribute(name) === value) return;
      if (value === null) element.removeAttribute(name);
      else element.setAttribute(name, value);
    };
    const toggles = item.role === 'checkbox' || item.role === 'radio' || item.role === 'option' || item.role === 'menuitem';
    set('aria-label', [item.label, toggles || item.role === 'slider' ? '' : item.value].filter(Boolean).join(': ') || item.id);
    if (item.help) set('aria-description', item.help);
    if (item.role === 'checkbox') set('aria-checked', item.value);
    if (item.role === 'radio') set('aria-pressed', item.value);
    if (item.role === 'option') set('aria-selected', item.value);
    if (item.role === 'slider') {
      set('aria-valuenow', String(Math.round(100 * (item.position ?? 0))));
      set('aria-valuetext', item.value || '0');
    }
    if (item.expanded !== null) {
      set('aria-haspopup', item.role === 'combobox' ? 'listbox' : 'menu');
      set('aria-expanded', String(item.expanded));
    }
    set('aria-keyshortcuts', item.key || null);
    set('data-cut', item.whole ? null : '');
    // a button that is out of use for a moment keeps the focus it has
    if (element instanceof HTMLButtonElement && item.role !== 'option' && item.role !== 'menuitem') {
      set('aria-disabled', item.enabled ? null : 'true');
      set('tabindex', item.enabled ? null : '-1');
    }
    const { x, y, width, height } = item.rectangle;
    const place = `left:${Math.round(x)}px;top:${Math.round(y)}px;width:${Math.round(width)}px;height:${Math.round(height)}px`;
    if (this.places.get(element) === place) return; // what the browser made of it reads otherwise
    this.places.set(element, place);
    element.style.cssText = place;
  }

  /** Presses the control whose own key this is; false if there is none. */
  shortcut(key: string): boolean {
    for (const [id, element] of this.elements) if (element.getAttribute('aria-keyshortcuts') === key && !element.hasAttribute('aria-disabled')) return this.actions.activate(id), true;
    return false;
  }

  focus(id: string): void { this.elements.get(id)?.focus({ preventScroll: true }); }
}
