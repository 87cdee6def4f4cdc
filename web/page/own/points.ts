// Points that people set in the plane themselves, by mouse, finger or keys: a table of x1, x2 and class, as a CSV file would hold it.
import { make } from './elements';
import type { Told } from './told';

/** In whole hundredths, −100 to 100: what is shown is what is stored. */
interface Place { x: number; y: number }
interface Point extends Place { /** 1 to 4. */ of: number }

const most = 100, step = 5, fine_step = 1;
// the picture: the plane with room for numbers at its axes
const view = 448, left = 38, top = 10, scale = 2;
const near_px = { mouse: 8, touch: 12 }, near_by_keys = 2; // hundredths: no finer than the cross hair goes, and points may lie close
const marks = ['M-6,0a6,6 0 1,0 12,0a6,6 0 1,0 -12,0z', 'M-5.4,-5.4h10.8v10.8h-10.8z', 'M0,-7L6.8,5.2H-6.8z', 'M0,-7.6L7.6,0L0,7.6L-7.6,0z'];
const colors = ['positive', 'negative', 'adam', 'rmsprop']; // and forms, as the Race draws points of the plane
const arrows: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function svg<K extends keyof SVGElementTagNameMap>(tag: K, properties: Record<string, string | number>, ...children: (Node | string)[]): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}
const across = (x: number) => left + scale * (x + most), down = (y: number) => top + scale * (most - y);
const mark = (of: number, x = 0, y = 0) => svg('path', { d: marks[of - 1]!, fill: `var(--${colors[of - 1]!})`, stroke: 'var(--panel)', 'stroke-width': 1.5, transform: `translate(${x},${y})` });
const within = (v: number) => Math.max(-most, Math.min(most, v));
const distance = (a: Place, b: Place) => Math.hypot(a.x - b.x, a.y - b.y);

export class Points {
  readonly element = make('div', { className: 'own_points' });
  private points: Point[] = [];
  private before: Point[][] = []; // what each change was made to
  private of = 1;
  private at: Place = { x: 0, y: 0 }; // the cross hair
  private pressed: number | undefined; // a pointer
  private plane = make('div', { id: 'own_plane', className: 'own_plane', tabIndex: 0 });
  private drawn = svg('g', {});
  private cross = svg('path', { class: 'own_cross' });
  private said = make('p', { className: 'own_at' });
  private radios: { radio: HTMLInputElement; text: HTMLElement }[] = [];
  private undo!: HTMLButtonElement;
  private none!: HTMLButtonElement;

  /** `changed`: there are more points or fewer. */
  constructor(private told: Told, private changed: () => void) {
    const { plane } = this;
    this.said.setAttribute('role', 'status');
    plane.setAttribute('role', 'application'); // arrows and digits are its own
    plane.setAttribute('aria-describedby', 'own_plane_help own_plane_keys');
    const picture = svg('svg', { viewBox: `0 0 ${view} ${view}`, 'aria-hidden': 'true' });
    for (const v of [-100, -50, 0, 50, 100]) {
      picture.append(svg('path', { d: `M${across(v)},${top}V${down(-most)}M${left},${down(v)}H${across(most)}`, class: v ? 'own_line' : 'own_axis' }));
      const text = this.number(v, v % 100 ? 1 : 0);
      picture.append(svg('text', { x: across(v), y: down(-most) + 16, 'text-anchor': 'middle' }, v === 50 ? 'x₁' : text), svg('text', { x: left - 6, y: down(v) + 4, 'text-anchor': 'end' }, v === 50 ? 'x₂' : text));
    }
    picture.append(this.drawn, this.cross);
    plane.append(picture);
    plane.addEventListener('pointerdown', (event) => this.press(event));
    plane.addEventListener('pointermove', (event) => { if (event.pointerId === this.pressed) this.go(this.place_of(event)); });
    plane.addEventListener('pointerup', (event) => {
      if (event.pointerId !== this.pressed) return;
      this.let_go();
      this.toggle((near_px[event.pointerType === 'touch' ? 'touch' : 'mouse'] * view) / this.plane.clientWidth / scale);
    });
    for (const lost of ['pointercancel', 'lostpointercapture'] as const) plane.addEventListener(lost, () => this.let_go());
    plane.addEventListener('keydown', (event) => this.key(event));
    plane.addEventListener('focus', () => { if (plane.matches(':focus-visible')) this.tell_place(); });
    this.go(this.at);
    this.speak();
  }

  get count(): number { return this.points.length; }
  focus(): void { this.plane.focus(); }
  /** The same points, whenever and in whatever order they were set, are the same text. */
  csv(): string {
    const rows = [...this.points].sort((a, b) => a.of - b.of || a.x - b.x || a.y - b.y);
    return 'x1,x2,class\n' + rows.map(({ x, y, of }) => `${(x / 100).toFixed(2)},${(y / 100).toFixed(2)},${of}\n`).join('');
  }

  /** In the language that is shown. */
  speak(): void {
    const { told } = this, button = (key: string, id: string, act: () => void) => make('button', { type: 'button', id, textContent: told.say(key), onclick: act });
    this.plane.setAttribute('aria-label', told.say('own.plane'));
    this.said.textContent = '';
    this.radios = marks.map((_, i) => {
      const radio = make('input', { type: 'radio', name: 'own_point_class', id: `own_point_class_${i + 1}`, onchange: () => { this.of = i + 1; } }), text = make('span');
      return { radio, text };
    });
    const labels = this.radios.map(({ radio, text }, i) => make('label', {}, radio, svg('svg', { viewBox: '-9 -9 18 18', width: 18, height: 18, 'aria-hidden': 'true' }, mark(i + 1)), text));
    this.undo = button('own.undo', 'own_undo', () => this.take_back());
    this.none = button('own.remove_all', 'own_remove_all', () => this.change([], ''));
    this.element.replaceChildren(
      make('div', { className: 'own_point_help' }, make('p', { id: 'own_plane_help', textContent: told.say('own.plane_help') }), make('p', { id: 'own_plane_keys', textContent: told.say('own.plane_keys') })),
      make('fieldset', {}, make('legend', { textContent: told.say('own.point_class') }), ...labels),
      this.plane, this.said, make('div', { className: 'row own_point_acts' }, this.undo, this.none));
    this.choose(this.of);
    this.show();
  }

  private number(v: number, places = 2): string { return (v / 100).toFixed(places).replace('-', '−'); }
  private place_text({ x, y }: Place): string { return `(${this.number(x)}, ${this.number(y)})`; }
  private counts(): string {
    const { told } = this, all = marks.map((_, i) => this.points.filter(({ of }) => of === i + 1).length);
    return all.flatMap((n, i) => (n ? [told.say('own.class_count', i + 1, n)] : [])).join(told.english ? ', ' : '，') || told.say('own.no_points');
  }
  private say(text: string): void { this.said.textContent = text; }
  private tell_place(): void {
    const here = this.found(near_by_keys), text = this.place_text(this.at);
    this.say(here ? this.told.say('own.point_here', text, here.of) : text);
  }

  // ---- pointers ----
  private place_of(event: PointerEvent): Place {
    const box = this.plane.getBoundingClientRect(), px = view / box.width;
    return { x: Math.round(((event.clientX - box.left) * px - left) / scale) - most, y: most - Math.round(((event.clientY - box.top) * px - top) / scale) };
  }
  private press(event: PointerEvent): void {
    if (!event.isPrimary) return this.let_go(); // two fingers magnify the page
    const place = this.place_of(event), off = Math.max(Math.abs(place.x), Math.abs(place.y)) - most;
    if (event.button !== 0 || off > 3) return;
    this.pressed = event.pointerId;
    this.plane.setPointerCapture(event.pointerId);
    this.plane.classList.add('pressed');
    this.go(place);
  }
  private let_go(): void {
    this.pressed = undefined;
    this.plane.classList.remove('pressed');
  }

  // ---- keys ----
  private key(event: KeyboardEvent): void {
    const arrow = arrows[event.key], by = event.shiftKey ? fine_step : step;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z') this.take_back();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (arrow) {
      this.go({ x: this.at.x + by * arrow[0], y: this.at.y + by * arrow[1] });
      this.tell_place();
    } else if (event.key === 'Enter' || event.key === ' ') {
      if (!event.repeat) this.toggle(near_by_keys);
    } else if (/^[1-4]$/.test(event.key)) {
      this.choose(Number(event.key));
      this.say(this.told.say('own.class_chosen', this.of));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // ---- points ----
  private go({ x, y }: Place): void {
    this.at = { x: within(x), y: within(y) };
    this.cross.setAttribute('d', `M${across(this.at.x)},${top}V${down(-most)}M${left},${down(this.at.y)}H${across(most)}`);
  }
  private found(near: number): Point | undefined {
    const here = this.points.filter((point) => distance(point, this.at) <= near);
    return here.sort((a, b) => distance(a, this.at) - distance(b, this.at))[0];
  }
  /** Takes away the point that is near the cross hair, or sets one there. */
  private toggle(near: number): void {
    const { told, of } = this, here = this.found(near), points = here ? this.points.filter((point) => point !== here) : [...this.points, { ...this.at, of }], point = here ?? { ...this.at, of };
    this.change(points, told.say(here ? 'own.point_gone' : 'own.point_set', point.of, this.place_text(point), points.filter((each) => each.of === point.of).length));
  }
  private change(points: Point[], said: string): void {
    this.before.push(this.points);
    this.points = points;
    this.show();
    this.say(said || this.counts());
  }
  private take_back(): void {
    const points = this.before.pop();
    if (!points) return;
    this.points = points;
    this.show();
    this.say(this.counts());
  }
  private choose(of: number): void {
    this.of = of;
    this.radios[of - 1]!.radio.checked = true;
  }
  private show(): void {
    this.drawn.replaceChildren(...this.points.map(({ x, y, of }) => mark(of, across(x), down(y))));
    this.radios.forEach(({ text }, i) => { text.textContent = this.told.say('own.class_count', i + 1, this.points.filter(({ of }) => of === i + 1).length); });
    const had = document.activeElement;
    this.undo.disabled = !this.before.length;
    this.none.disabled = !this.count;
    if ((had === this.undo && this.undo.disabled) || (had === this.none && this.none.disabled)) this.focus();
    this.changed();
  }
}
