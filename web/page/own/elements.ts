// Elements of the dialog of own data.
type Child = Node | string;
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, properties: Partial<HTMLElementTagNameMap[K]> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** These children in this order. Those that stay are not touched: they keep the focus, and a press on them that is under way. */
export function arrange(parent: HTMLElement, children: Node[]): void {
  for (const child of [...parent.childNodes]) if (!children.includes(child)) child.remove();
  children.forEach((child, i) => { if (parent.childNodes[i] !== child) parent.insertBefore(child, parent.childNodes[i] ?? null); });
}

export function alert(text: string): HTMLElement {
  const said = make('p', { className: 'own_error', textContent: text });
  said.setAttribute('role', 'alert');
  return said;
}

/** What may be long, in a box that scrolls; by keyboard, too. */
export function scroll(inside: HTMLElement, label: string): HTMLElement {
  const box = make('div', { className: 'own_scroll', tabIndex: 0 }, inside);
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', label);
  return box;
}
