import { REEL_ID_PATTERN } from '../contract/reel';
import { cutText } from '../contract/text';
import { StorageError } from '../platform/files/disk-fault';

/** @throws StorageError `not_found` */
export function checkedId(text: string): string {
  if (REEL_ID_PATTERN.test(text)) return text;
  throw new StorageError('not_found', `${JSON.stringify(cutText(text, 100))} names no reel ID.`);
}
