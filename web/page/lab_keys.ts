// Keys of the lab: space, S, R, ?, undo and redo, copying the table, and those that controls have of their own. Those of the browser and of
// text fields pass; letters and space act only where the lab has the focus, a control's own key also where nothing has.

export interface LabKeys {
  /** A command whose refusal is told. */
  attempt(verb: string, rest?: object): void;
  /** Whether the lab has a verb: a key for one that it has not does nothing. */
  has(verb: string): boolean;
  help(id: string): void;
  /** Ctrl+C in the lab. */
  copy(): void;
  /** Hands a list that was opened by pointer this key; false if none is open. */
  list(key: string): boolean;
  /** Presses the control whose own key this is; false if none is shown. */
  shortcut(key: string): boolean;
}

/** What may be a control's own key. */
const own_key = /^(\d|Backspace)$/;

export function lab_key(event: KeyboardEvent, canvas: HTMLElement, mirror: HTMLElement, lab: LabKeys): void {
  const target = event.target as HTMLElement;
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || document.querySelector('dialog[open]')) return;
  const key = event.key.toLowerCase();
  const in_lab = target === canvas || mirror.contains(target);
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    if (key === 'z') { event.preventDefault(); lab.attempt(event.shiftKey ? 'redo' : 'undo'); }
    if (key === 'y') { event.preventDefault(); lab.attempt('redo'); }
    if (key === 'c' && getSelection()?.isCollapsed !== false && in_lab) lab.copy();
    return;
  }
  if (!event.altKey && (in_lab || target === document.body) && own_key.test(event.key) && (event.repeat || lab.shortcut(event.key))) return event.preventDefault(); // held, it acts once
  if (event.altKey || !in_lab || target.closest('[role=listbox], [role=menu]')) return; // there letters search
  if (target === canvas && /^(Escape|Tab|Enter|Home|End|Arrow(Up|Down)| )$/.test(event.key) && lab.list(event.key)) return event.key === 'Tab' ? undefined : event.preventDefault();
  if (event.key === ' ' && target instanceof HTMLButtonElement) return; // presses it
  const attempt = (verb: string, rest?: object) => { if (lab.has(verb)) lab.attempt(verb, rest); };
  if (event.key === ' ') { event.preventDefault(); attempt('toggle'); }
  if (key === '?' && target.dataset.id) lab.help(target.dataset.id);
  if (key === 's') attempt('step', { n: event.shiftKey ? -1 : 1 });
  if (key === 'r') attempt('reset');
}
