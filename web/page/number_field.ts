// The one text field of the page: an <input> laid over the number that was pressed, since only DOM fields have soft
// keyboards, clipboard and IME.

export interface EditEvent { id: string; label: string; text: string; x: number; y: number; w: number; h: number }

export class NumberField {
  private id = '';

  constructor(private input: HTMLInputElement, private give_back: (id: string) => void,
              private editing: (id: string) => void, private typed: (id: string, text: string) => void) {
    input.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.isComposing || event.keyCode === 229) return; // the input method's
      // the focus moves to a button: Enter must not press it
      if (event.key === 'Enter') event.preventDefault(), this.close(true);
      if (event.key === 'Escape') this.close(false);
      if (event.key === 'Tab') this.close(true); // and on from the control that it belongs to
    });
    input.addEventListener('blur', () => this.close(true));
  }

  open(edit: EditEvent): void {
    if (this.id) this.close(true);
    this.id = edit.id;
    const { input } = this;
    Object.assign(input.style, { left: `${edit.x}px`, top: `${edit.y}px`, width: `${edit.w}px`, height: `${edit.h}px` });
    input.setAttribute('aria-label', edit.label);
    input.value = edit.id.endsWith(':label') ? edit.text : edit.text.replace(/[\u202f %]/g, '');
    input.inputMode = edit.id.endsWith(':label') ? 'text' : 'decimal';
    input.hidden = false;
    input.focus({ preventScroll: true });
    input.select();
    this.before = input.value;
    this.editing(edit.id);
  }
  private before = '';

  private close(take: boolean): void {
    if (!this.id) return;
    const { id, input } = this;
    this.id = '';
    const had_focus = document.activeElement === input;
    input.hidden = true;
    this.editing('');
    if (had_focus) this.give_back(id);
    if (take && input.value !== this.before) this.typed(id, input.value);
  }
}
