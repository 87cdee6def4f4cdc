// The canvas's controls once more, as elements that lie over it: what a keyboard can reach and a screen reader reads.
// They are made from window.downhill.items(), the list that the canvas's controls enter themselves in.
import type { ScreenItem } from './downhill_api';

const pressable = new Set(['button', 'checkbox', 'radio', 'textbox', 'combobox', 'option']);

export interface MirrorActions {
  activate(id: string): void;
  nudge(id: string, by: number): void;
}

export class Mirror {
  private elements = new Map<string, HTMLElement>();

  constructor(private root: HTMLElement, private actions: MirrorActions) {
    root.addEventListener('keydown', (event) => {
      const element = event.target as HTMLElement;
      if (element.getAttribute('role') !== 'slider') return;
      const by = { ArrowRight: 0.01, ArrowUp: 0.01, ArrowLeft: -0.01, ArrowDown: -0.01, PageUp: 0.1, PageDown: -0.1, Home: -2, End: 2 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      this.actions.nudge(element.dataset.id ?? '', by);
    });
    root.addEventListener('click', (event) => {
      const id = (event.target as HTMLElement).dataset.id;
      if (id && pressable.has((event.target as HTMLElement).dataset.kind ?? '')) this.actions.activate(id);
    });
  }

  update(items: ScreenItem[]): void {
    const focused = document.activeElement instanceof HTMLElement && this.root.contains(document.activeElement) ? document.activeElement : null;
    const seen = new Set<string>();
    let after: Element | null = null;
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
      const wanted: Element | null = after ? after.nextElementSibling : this.root.firstElementChild;
      if (wanted !== element) this.root.insertBefore(element, wanted);
      after = element;
    }
    for (const [id, element] of this.elements)
      if (!seen.has(id)) {
        element.remove();
        this.elements.delete(id);
      }
    // moving an element takes its focus away
    if (focused && document.activeElement !== focused && focused.isConnected) focused.focus({ preventScroll: true });
    // a list has opened: its first entry is where the keyboard goes on
    const option = focused?.dataset.kind === 'combobox' && this.root.querySelector<HTMLElement>('[data-kind=option]');
    if (option) option.focus({ preventScroll: true });
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
    else if (item.role === 'combobox') element.setAttribute('aria-haspopup', 'listbox');
    else if (!pressable.has(item.role)) element.setAttribute('role', item.role === 'img' ? 'img' : 'note');
    return element;
  }

  private describe(element: HTMLElement, item: ScreenItem): void {
    const set = (name: string, value: string) => { if (element.getAttribute(name) !== value) element.setAttribute(name, value); };
    const toggles = item.role === 'checkbox' || item.role === 'radio' || item.role === 'option';
    set('aria-label', [item.label, toggles || item.role === 'slider' ? '' : item.value].filter(Boolean).join(': ') || item.id);
    if (item.help) set('aria-description', item.help);
    if (item.role === 'checkbox') set('aria-checked', item.value);
    if (item.role === 'radio' || item.role === 'option') set('aria-pressed', item.value);
    if (item.role === 'slider') {
      set('aria-valuenow', String(Math.round(100 * (item.position ?? 0))));
      set('aria-valuetext', item.value || '0');
    }
    if (element instanceof HTMLButtonElement && element.disabled === item.enabled) element.disabled = !item.enabled;
    const { x, y, width, height } = item.rectangle;
    const place = `left:${Math.round(x)}px;top:${Math.round(y)}px;width:${Math.round(width)}px;height:${Math.round(height)}px`;
    if (element.style.cssText !== place) element.style.cssText = place;
  }

  focus(id: string): void { this.elements.get(id)?.focus({ preventScroll: true }); }
}
