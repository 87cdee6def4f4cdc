// The theme: chosen, or the system's. Where the system forces colours the canvas is told them: CSS alone doesn't reach it.

const forced = matchMedia('(forced-colors: active)'), dark = matchMedia('(prefers-color-scheme: dark)');

export const is_theme = (name: string | null): name is string => /^(light|dark|projector)$/.test(name ?? '');
export const system_theme = () => dark.matches ? 'dark' : 'light';

/** What the app takes for its theme: the name, and the colours by which the system overrules it (0xBBGGRR). */
export function canvas_theme(): { theme: string; colors?: Record<string, number> } {
  const theme = document.documentElement.dataset.theme ?? 'light';
  if (!forced.matches) return { theme };
  const probe = document.body.appendChild(document.createElement('i'));
  const rgb = (name: string) => {
    probe.style.color = `var(--${name})`;
    return (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  };
  const paper = rgb('panel'), ink = rgb('ink');
  // system colours have no tones between: fields and lines are paper with some ink in it
  const mixed = (share: number) => paper.map((p, i) => p + ((ink[i] ?? 0) - p) * share);
  const packed = ([r = 0, g = 0, b = 0]: number[]) => Math.round(r) + 256 * Math.round(g) + 65536 * Math.round(b);
  const colors: Record<string, number> = { fill: packed(mixed(0.2)), note: packed(mixed(0.2)), line: packed(mixed(0.6)) };
  for (const name of ['page', 'panel', 'ink', 'soft', 'faint', 'bad', 'accent', 'on_accent']) colors[name] = packed(rgb(name.replace('_', '-')));
  probe.remove();
  return { theme, colors };
}

/** The system has changed its mind. Between two contrast themes no query changes: whoever has chosen comes back to the page. */
export function on_system_change(act: () => void): void {
  for (const query of [forced, dark]) query.addEventListener('change', act);
  let seen = JSON.stringify(canvas_theme());
  const look = () => {
    if (!forced.matches) return;
    const now = JSON.stringify(canvas_theme());
    if (now !== seen) act();
    seen = now;
  };
  window.addEventListener('focus', look);
  document.addEventListener('visibilitychange', look);
}
