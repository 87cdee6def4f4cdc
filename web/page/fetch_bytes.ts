// Files beside the page, with progress. Nothing is ever fetched from elsewhere.

export async function fetch_bytes(file: string, expected: number, progress?: (received: number, total: number) => void, anew = false): Promise<Uint8Array> {
  const response = await fetch(new URL(file, document.baseURI), { cache: anew ? 'reload' : 'default' });
  if (!response.ok) throw new Error(`${response.status}`);
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const parts: Uint8Array[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    received += value.length;
    progress?.(Math.min(received, expected), expected);
  }
  const bytes = new Uint8Array(received);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
