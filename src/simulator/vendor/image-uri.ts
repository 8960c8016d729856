import { isIP } from 'node:net';
import { z } from 'zod';

const DATA_URI_MOST = 5 * 1024 * 1024;
const DATA_URI_HEAD = /^data:image\/(?:png|jpeg|webp);base64,/;

/** An image as Runway takes it: an https URL with a domain name, a runway:// upload, or a data URI up to 5 MB. */
export const imageUri = z.string().superRefine((uri, context) => {
  const problem = problemOf(uri);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

function problemOf(uri: string): string | undefined {
  if (uri.startsWith('runway://')) {
    return uri.length > 'runway://'.length ? undefined : 'Invalid Runway upload URI';
  }
  if (uri.startsWith('data:')) {
    if (uri.length > DATA_URI_MOST) return `Data URI must be at most ${DATA_URI_MOST} characters`;
    return holdsImage(uri) ? undefined : 'Data URI must hold a base64 image/png, image/jpeg or image/webp';
  }
  if (!uri.startsWith('https://') || !URL.canParse(uri))
    return 'Must be an HTTPS URL, a runway:// URI or a data URI';
  const host = new URL(uri).hostname;
  return isIP(host.replace(/^\[|\]$/g, '')) ? 'URL must have a domain name, not an IP address' : undefined;
}

/** No expression over the whole: on megabytes it can run out of the stack that V8 gives it. */
function holdsImage(uri: string): boolean {
  const head = DATA_URI_HEAD.exec(uri)?.[0];
  if (head === undefined) return false;
  const base64 = uri.slice(head.length);
  // The decoder skips what is no base64: only what it gives back unchanged was read whole.
  return base64 !== '' && Buffer.from(base64, 'base64').toString('base64') === base64;
}
