// Pictures out of the canvas, and into the pad.
import type { ScreenItem } from './downhill_api';

/** The canvas, or the part of it that is `item` (a chart with its axes and titles), as PNG. Must follow a frame at once. */
export function cut_out(canvas: HTMLCanvasElement, item: ScreenItem | undefined): Promise<Blob> {
  const margin = item && /plot$/.test(item.id) ? { left: 56, top: 10, across: 72, down: 56 } : { left: 0, top: 0, across: 0, down: 0 };
  const { x, y, width, height } = item?.rectangle ?? { x: 0, y: 0, width: canvas.clientWidth, height: canvas.clientHeight };
  const ratio = canvas.width / canvas.clientWidth, out = document.createElement('canvas');
  out.width = Math.round((width + margin.across) * ratio);
  out.height = Math.round((height + margin.down) * ratio);
  out.getContext('2d')?.drawImage(canvas, (x - margin.left) * ratio, (y - margin.top) * ratio, out.width, out.height, 0, 0, out.width, out.height);
  return new Promise((resolve, reject) => out.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture')))));
}

/** The whole canvas as a canvas of its own. Must follow a frame at once. */
export function copy_of(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  copy.getContext('2d')?.drawImage(canvas, 0, 0);
  return copy;
}

/** Any picture as 28×28 grey values 0..255, dark ground and bright figure, as the data are. Throws if it is none. */
export async function grey_28(file: File): Promise<number[]> {
  const bitmap = await createImageBitmap(file);
  const small = document.createElement('canvas');
  small.width = small.height = 28;
  const context = small.getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, 28, 28);
  const scale = 28 / Math.max(bitmap.width, bitmap.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, (28 - bitmap.width * scale) / 2, (28 - bitmap.height * scale) / 2, bitmap.width * scale, bitmap.height * scale);
  const data = context.getImageData(0, 0, 28, 28).data;
  const grey = Array.from({ length: 784 }, (_, i) => Math.round(0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!));
  const border = [...Array(28).keys()].flatMap((i) => [grey[i]!, grey[756 + i]!, grey[28 * i]!, grey[28 * i + 27]!]).sort((a, b) => a - b);
  const bright_ground = border[border.length >> 1]! > 127;
  return bright_ground ? grey.map((g) => 255 - g) : grey;
}

let pad: CanvasRenderingContext2D | null | undefined;
/** A letter that the app has not, by the browser's own font: `size` px to the em, in the middle of side×side, its baseline where the app's are. */
export function drawn_letter(code: number, size: number, bold: number, side: number): { alpha: Uint8Array; advance: number } {
  pad ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const alpha = new Uint8Array(side * side), text = String.fromCodePoint(code);
  if (!pad) return { alpha, advance: size };
  pad.canvas.width = pad.canvas.height = side; // which empties it
  pad.font = `${bold ? 'bold ' : ''}${size}px system-ui, sans-serif`;
  pad.fillText(text, size / 4, size * 0.9);
  const { data } = pad.getImageData(0, 0, side, side);
  alpha.forEach((_, i) => { alpha[i] = data[4 * i + 3]!; });
  return { alpha, advance: pad.measureText(text).width };
}
