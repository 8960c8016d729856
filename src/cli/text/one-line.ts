const LENGTH = 40;

/** The beginning of a text, for a cell of a table. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= LENGTH
    ? line
    : `${Array.from(line)
        .slice(0, LENGTH - 1)
        .join('')}…`;
}
