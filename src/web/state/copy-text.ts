/** Puts text into the clipboard. @returns whether it is there. */
export async function copyText(text: string): Promise<boolean> {
  // Browsers offer the clipboard only on https and on this machine; elsewhere the old way still works.
  if (isSecureContext) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}
