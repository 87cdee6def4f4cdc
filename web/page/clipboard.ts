// Text to the clipboard, wherever the page is: frames may be refused the permission, and plain http has no such interface.

/** Rejects where the browser lets nothing be copied. To be called in the course of a press. */
export async function copy_text(text: string): Promise<void> {
  try { return await navigator.clipboard.writeText(text); } catch { /* then as the browser's own Copy would, which needs no permission */ }
  const put = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  document.addEventListener('copy', put);
  const copied = document.execCommand('copy');
  document.removeEventListener('copy', put);
  if (!copied) throw new Error('refused');
}
