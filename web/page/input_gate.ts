// Decides what SDL may see of the page's input. SDL would take Tab, function keys, every Ctrl shortcut and the wheel;
// this listens in the capture phase, before it, and keeps from it what belongs to the browser or the host page.

export class InputGate {
  /** Whether something under the pointer scrolls, as the last frame said. */
  wheel_wanted = false;

  constructor(canvas: HTMLCanvasElement, on_input: () => void, on_key: (event: KeyboardEvent) => void) {
    const keep_from_sdl = (event: Event) => event.stopImmediatePropagation();
    // keys are the page's: SDL has no use for any
    for (const type of ['keydown', 'keyup', 'keypress'] as const)
      window.addEventListener(type, (event) => {
        if (type === 'keydown') on_key(event);
        if (event.target === canvas) keep_from_sdl(event);
      }, { capture: true });
    window.addEventListener('wheel', (event) => {
      if (event.target !== canvas) return;
      if (event.ctrlKey || !this.wheel_wanted) keep_from_sdl(event);
      else on_input();
    }, { capture: true, passive: true });
    for (const type of ['pointermove', 'pointerdown', 'pointerup', 'pointerleave', 'pointercancel', 'touchstart', 'touchmove', 'touchend', 'focus', 'blur'])
      window.addEventListener(type, on_input, { capture: true, passive: true });
    // SDL prevents a press's default, which is what would have given the canvas the keyboard
    canvas.addEventListener('pointerdown', () => {
      canvas.dataset.pressed = ''; // whoever points needs no ring to find the focus
      canvas.focus({ preventScroll: true });
    });
    window.addEventListener('keydown', (event) => { if (event.key === 'Tab') delete canvas.dataset.pressed; }, { capture: true });
  }
}
