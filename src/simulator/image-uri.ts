import { isIP } from 'node:net';
import { z } from 'zod';

const DATA_URI_MOST = 5 * 1024 * 1024;
const DATA_URI = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}$/;

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
    return DATA_URI.test(uri) ? undefined : 'Data URI must hold a base64 image/png, image/jpeg or image/webp';
  }
  if (!uri.startsWith('https://') || !URL.canParse(uri))
    return 'Must be an HTTPS URL, a runway:// URI or a data URI';
  const host = new URL(uri).hostname;
  return isIP(host.replace(/^\[|\]$/g, '')) ? 'URL must have a domain name, not an IP address' : undefined;
}
