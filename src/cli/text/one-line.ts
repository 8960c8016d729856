import { cutText } from '../../contract/text';

const LENGTH = 40;

/** The beginning of a text, for a cell of a table. */
export function oneLine(text: string): string {
  return cutText(text.replace(/\s+/g, ' '), LENGTH, '…');
}
