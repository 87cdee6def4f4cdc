// Decides what SDL may see of the page's input. SDL would take Tab, function keys, every Ctrl shortcut, the wheel and
// every touch; this listens in the capture phase, before it, and keeps from it what belongs to the browser or the host page.

export class InputGate {
  /** Whether something under the pointer scrolls, as the last frame said. */
  wheel_wanted = false;

  constructor(canvas: HTMLCanvasElement, on_input: () => void, on_key: (event: KeyboardEvent) => void, act: { touch_at(x: number, y: number): void; touch_cancelled(): void; double_click(): void }) {
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
    for (const type of ['pointermove', 'pointerdown', 'pointerup', 'pointerleave', 'pointercancel', 'touchstart', 'touchmove', 'touchend', 'touchcancel', 'focus', 'blur'])
      window.addEventListener(type, on_input, { capture: true, passive: true });
    // In a frame a finger scrolls the host's page, up and down, unless it starts on what drags; the rest of the canvas is
    // only pressed, or followed sideways.
    const framed = window.parent !== window;
    if (framed) canvas.style.touchAction = 'pan-y pinch-zoom';
    let fingers = 0; // the most since all were off
    window.addEventListener('touchstart', (event) => {
      const finger = event.changedTouches[0];
      if (event.target !== canvas || !finger) return;
      const box = canvas.getBoundingClientRect();
      fingers = event.touches.length;
      if (fingers > 1) act.touch_cancelled(), keep_from_sdl(event); // two are the browser's: they magnify
      else if (event.cancelable && framed) act.touch_at(finger.clientX - box.x, finger.clientY - box.y);
      else act.touch_at(-1, -1); // nothing else would scroll, or the browser is scrolling already
    }, { capture: true, passive: true });
    window.addEventListener('touchmove', (event) => { if (event.target === canvas && fingers > 1) keep_from_sdl(event); }, { capture: true, passive: true });
    window.addEventListener('touchcancel', (event) => { if (event.target === canvas) act.touch_cancelled(); }, { capture: true, passive: true });
    // SDL prevents a press's default, which is what would have given the canvas the keyboard
    canvas.addEventListener('pointerdown', (event) => {
      if (event.pointerType === 'mouse') canvas.setPointerCapture(event.pointerId); // a drag may leave the frame
      canvas.dataset.pressed = ''; // whoever points needs no ring to find the focus
      canvas.focus({ preventScroll: true });
    });
    canvas.addEventListener('dblclick', () => { act.double_click(); on_input(); });
    // a button let go where nobody could tell us ends the drag at the next move
    let held = 0;
    for (const type of ['pointerdown', 'pointerup', 'pointermove'] as const)
      window.addEventListener(type, (event) => {
        if (event.pointerType !== 'mouse') return;
        if (type === 'pointermove' && held && !event.buttons)
          for (const button of [0, 1, 2]) canvas.dispatchEvent(new MouseEvent('mouseup', { bubbles: true, button, clientX: event.clientX, clientY: event.clientY }));
        held = event.buttons;
      }, { capture: true, passive: true });
    window.addEventListener('keydown', (event) => { if (event.key === 'Tab') delete canvas.dataset.pressed; }, { capture: true });
  }
}
