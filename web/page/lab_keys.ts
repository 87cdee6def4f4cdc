// Keys of the lab: space, S, R, ?, undo and redo, copying the table. Those of the browser and of text fields pass.

export interface LabKeys {
  /** A command whose refusal is told. */
  attempt(verb: string, rest?: object): void;
  help(id: string): void;
  /** What Ctrl+C copies from the lab. */
  table(): string;
}

export function lab_key(event: KeyboardEvent, canvas: HTMLElement, mirror: HTMLElement, dialog: HTMLDialogElement, lab: LabKeys): void {
  const target = event.target as HTMLElement;
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || dialog.open) return;
  const key = event.key.toLowerCase();
  const in_lab = target === canvas || mirror.contains(target);
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    if (key === 'z') { event.preventDefault(); lab.attempt(event.shiftKey ? 'redo' : 'undo'); }
    if (key === 'y') { event.preventDefault(); lab.attempt('redo'); }
    if (key === 'c' && getSelection()?.isCollapsed !== false && in_lab) void navigator.clipboard?.writeText(lab.table()).catch(() => undefined);
    return;
  }
  if (event.altKey || !(in_lab || target === document.body)) return;
  if (event.key === ' ' && target instanceof HTMLButtonElement) return; // presses it
  if (event.key === ' ') { event.preventDefault(); lab.attempt('toggle'); }
  if (key === '?' && target.dataset.id) lab.help(target.dataset.id);
  if (key === 's') lab.attempt('step', { n: event.shiftKey ? -1 : 1 });
  if (key === 'r') lab.attempt('reset');
}
