import { create } from 'content-disposition';
import { cutText } from '../../contract/text';
import type { ReelRequest } from '../../contract/schemas/request';
import { titleOf } from '../../domain/reel';

/** A unit is three bytes of UTF-8 at most, and file systems take names of 255 bytes. */
const LONGEST_WORDS = 60;

const ENDINGS: Readonly<Record<string, string>> = {
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'video/x-matroska': 'mkv',
  'video/ogg': 'ogv',
  'video/x-msvideo': 'avi',
  'video/x-flv': 'flv',
  'video/mp2t': 'ts',
  'video/x-ms-wmv': 'wmv',
};

/** `2025-12-06-holiday-celebration.mp4`: the event's date (else the reel's) and its title. */
export function downloadName(reel: {
  readonly request: ReelRequest;
  readonly createdAt: string;
  readonly video?: { readonly contentType: string };
}): string {
  const date = reel.request.date ?? reel.createdAt.slice(0, 10);
  const words = titleOf(reel.request)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+/, '');
  const short = cutText(words, LONGEST_WORDS).replace(/-+$/, '');
  const ending = ENDINGS[reel.video?.contentType ?? ''] ?? 'mp4';
  return `${[date, short].filter(Boolean).join('-')}.${ending}`;
}

/** The header that offers a file under a name: the plain form for old clients, RFC 6266's for all others. */
export function contentDisposition(name: string): string {
  const fallback = name
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^\w.-]+/g, '_');
  return create(name, { type: 'inline', fallback });
}
