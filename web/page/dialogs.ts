// Dialogs of the header: export, embed, help. Everything leaves the page by copying or as a file that the browser saves.
import { copy_text } from './clipboard';
import type { Words } from './words';

export interface Source {
  /** Whether the lab has a verb. */
  has(verb: string): boolean;
  command(verb: string, rest?: object): unknown;
  /** The PyTorch script of a lane; rejects with a sentence. */
  script(lane: number): Promise<string>;
  link(): string;
  /** Saves the picture of the canvas, or of one of its plots; says so if there is none. */
  save_picture(plot: string, name: string): void;
}

export function save(name: string, content: Blob | string | Uint8Array, type = 'application/octet-stream'): void {
  const blob = content instanceof Blob ? content : new Blob([content as BlobPart], { type });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name.replace(/[\\/:*?"<>|]/g, '_');
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// Python, told apart just enough to be read: comments, strings, keywords.
const python = /(#[^\n]*)|("""[\s\S]*?"""|'[^'\n]*'|"[^"\n]*")|\b(and|as|class|def|del|elif|else|for|from|if|import|in|is|lambda|not|or|pass|return|while|with|yield|None|True|False|assert|try|except|raise)\b/g;
function highlighted(script: string): HTMLPreElement {
  const pre = document.createElement('pre');
  pre.tabIndex = 0;
  let at = 0;
  for (const match of script.matchAll(python)) {
    pre.append(script.slice(at, match.index));
    const part = document.createElement('span');
    part.className = match[1] ? 'c' : match[2] ? 's' : 'k';
    part.textContent = match[0];
    pre.append(part);
    at = match.index + match[0].length;
  }
  pre.append(script.slice(at));
  return pre;
}

export class Dialogs {
  constructor(private dialog: HTMLDialogElement, private words: Words, private source: Source) {
    // a press on the backdrop closes it, not a text selected inside and let go of outside
    const beside = ({ clientX: x, clientY: y }: MouseEvent) => {
      const box = dialog.getBoundingClientRect();
      return x < box.left || x > box.right || y < box.top || y > box.bottom;
    };
    let began = false;
    dialog.addEventListener('pointerdown', (event) => { began = event.target === dialog && beside(event); });
    dialog.addEventListener('click', (event) => { if (began && event.target === dialog && beside(event)) dialog.close(); });
  }

  private begin(title: string): void {
    const { dialog, words } = this;
    dialog.replaceChildren();
    const head = document.createElement('h2');
    head.id = 'dialog_title';
    head.textContent = words.say(title);
    const close = this.button('×', () => dialog.close());
    close.className = 'close';
    close.setAttribute('aria-label', words.say('dialog.close'));
    dialog.append(head, close);
  }
  private button(text: string, act: () => void, id = ''): HTMLButtonElement {
    const button = document.createElement('button');
    button.textContent = text;
    if (id) button.id = id;
    button.onclick = act;
    return button;
  }
  private paragraph(text: string): HTMLParagraphElement {
    const p = document.createElement('p');
    p.textContent = text;
    return p;
  }
  private row(...children: HTMLElement[]): HTMLDivElement {
    const row = document.createElement('div');
    row.className = 'row';
    row.append(...children);
    return row;
  }
  private copy_button(text: () => string, id: string): HTMLButtonElement {
    const button = this.button(this.words.say('dialog.copy'), () => {
      void copy_text(text()).then(() => this.words.say('dialog.copied'), () => this.words.say('copy.refused')).then((said) => { button.textContent = said; });
    }, id);
    return button;
  }

  open_export(): void {
    const { words, source, dialog } = this;
    this.begin('export.title');
    // pictures that are on the screen beside the chart, and the numbers of the view or of the lab where there are any
    const items = source.command('items') as { id: string; label: string }[];
    const pictures = items.filter((i) => /^(views\.content|act\.plot|ensemble\.plot|boundary\.\d|surface\.(picture|f|distance|cells))$/.test(i.id));
    const numbers = pictures.length ? source.command('csv', { plot: 'view' }) as string : '';
    const of_view = pictures.map(({ id, label }) => this.button(`${label} PNG`, () => source.save_picture(id, id === 'views.content' ? 'view.png' : `${id}.png`), id === 'views.content' ? 'export_view_png' : `export_png_${id.replace('.', '_')}`));
    if (numbers) of_view.push(this.button(`${pictures[0]!.label} CSV`, () => save('view.csv', numbers, 'text/csv'), 'export_view_csv'));
    dialog.append(
      this.row(
        this.button(words.say('export.json'), () => save('downhill.json', JSON.stringify(source.command('getState'), null, 1), 'application/json'), 'export_json'),
        this.button(words.say('export.csv'), () => save('curves.csv', source.command('csv') as string, 'text/csv'), 'export_csv'),
        ...(items.some((i) => i.id === 'plot') ? [this.button(words.say('export.png'), () => source.save_picture('plot', 'chart.png'), 'export_png')] : []),
        ...of_view,
        this.button(words.say('export.screen'), () => source.save_picture('', 'downhill.png'), 'export_screen'),
        this.button(words.say('export.print'), () => { dialog.close(); print(); }, 'export_print'),
      ),
    );
    if (source.has('script')) this.add_script();
    dialog.showModal();
  }

  /** The PyTorch script of a lane, and its weights. */
  private add_script(): void {
    const { words, source, dialog } = this;
    const lanes = source.command('lane_names') as string[];
    const lane = document.createElement('select');
    lane.id = 'export_lane';
    lane.setAttribute('aria-label', words.say('export.lane'));
    lanes.forEach((name, i) => lane.append(new Option(name, String(i))));
    lane.selectedIndex = lanes.length - 1;
    let script = '', pre: HTMLElement = this.paragraph(words.say('export.script_comes'));
    const copy = this.copy_button(() => script, 'export_copy');
    const keep = this.button(`${words.say('dialog.save')} .py`, () => save(`${lanes[lane.selectedIndex] ?? 'lane'}.py`, script, 'text/x-python'), 'export_save');
    // the module that writes it may have to be fetched; where that fails, choosing a lane or opening the dialog asks again
    const show = async () => {
      const wanted = lane.selectedIndex;
      copy.disabled = keep.disabled = true;
      const said = await source.script(wanted).catch((error: Error) => error);
      if (lane.selectedIndex !== wanted) return; // another one was asked for
      const failed = said instanceof Error, fresh = failed ? this.paragraph(said.message) : highlighted(script = said);
      if (failed) fresh.setAttribute('role', 'alert');
      copy.disabled = keep.disabled = failed;
      fresh.id = 'export_script';
      pre.replaceWith(fresh);
      pre = fresh;
    };
    lane.onchange = () => void show();
    dialog.append(
      this.paragraph(words.say('export.script_text')),
      this.row(lane, copy, keep, ...(source.has('weights') ? [this.button(words.say('export.weights'), () => source.command('weights', { lane: lane.selectedIndex }), 'export_weights')] : [])),
      pre);
    void show();
  }

  open_embed(): void {
    const { words, source, dialog } = this;
    this.begin('embed.title');
    const code = () => `<iframe src="${source.link().replace(/(\?[^#]*)?(?=#|$)/, (q) => `${q || '?'}${q ? '&' : ''}embed=1`).replaceAll('&', '&amp;').replaceAll('"', '&quot;')}" width="100%" height="640" style="border:0" title="${words.say('app.title')}" allow="clipboard-write"></iframe>`;
    const text = document.createElement('textarea');
    text.readOnly = true;
    text.rows = 6;
    text.id = 'embed_code';
    text.setAttribute('aria-label', words.say('embed.title'));
    text.style.whiteSpace = 'pre-wrap';
    text.value = code();
    dialog.append(this.paragraph(words.say('embed.text')), text, this.row(this.copy_button(() => text.value, 'embed_copy')));
    dialog.showModal();
  }

  open_help(): void {
    const { words, dialog } = this;
    this.begin('help.title');
    dialog.append(this.paragraph(words.say('help.about')));
    if (document.getElementById('offline')?.hidden === false) dialog.append(this.paragraph(`${words.say('nav.offline')}: ${words.say('nav.offline_title')}`));
    const keys = document.createElement('h3');
    keys.textContent = words.say('help.keys');
    const list = document.createElement('ul');
    for (const key of ['space', 's', 'r', 'tab', 'undo', 'copy']) {
      const item = document.createElement('li');
      item.textContent = words.say('help.key_' + key);
      list.append(item);
    }
    const bench = document.createElement('a');
    bench.href = './bench.html';
    bench.textContent = words.say('help.title_of_bench');
    dialog.append(keys, list, bench);
    dialog.showModal();
  }
}
