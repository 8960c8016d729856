/** Which values `promptImage` may have: Runway's rules for image inputs, checked before anything is spent. */

export interface InlineImage {
  readonly contentType: 'image/png' | 'image/jpeg' | 'image/webp';
  readonly bytes: Buffer;
}

/** Runway's limits on the length of each kind of URI (docs.dev.runwayml.com, inputs). */
export const MAX_URL = 2048;
const MAX_UPLOAD_URI = 5000;
export const MAX_DATA_URI = 5 * 1024 * 1024;

const DATA_URI_HEAD = /^data:(image\/(?:png|jpeg|webp));base64,/;
const STORED = /^stored:[0-9a-f]{64}\.(?:png|jpg|webp)$/;

const MAGIC_BYTES = {
  'image/png': (bytes) => bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n',
  'image/jpeg': (bytes) => bytes.subarray(0, 3).toString('latin1') === '\xff\xd8\xff',
  'image/webp': (bytes) =>
    bytes.subarray(0, 4).toString('latin1') === 'RIFF' && bytes.subarray(8, 12).toString('latin1') === 'WEBP',
} satisfies Record<InlineImage['contentType'], (bytes: Buffer) => boolean>;

export const INLINE_TYPES = Object.keys(MAGIC_BYTES) as InlineImage['contentType'][];

/** The bytes of an image that came as a data URI; undefined for a reference of another kind. */
export function splitDataUri(image: string): InlineImage | undefined {
  const [head = '', contentType] = DATA_URI_HEAD.exec(image) ?? [];
  if (contentType === undefined) return undefined;
  const base64 = image.slice(head.length);
  const bytes = Buffer.from(base64, 'base64');
  // The decoder skips what is no base64: only what it gives back unchanged was read whole.
  if (bytes.length === 0 || bytes.toString('base64') !== base64) return undefined;
  return { contentType: contentType as InlineImage['contentType'], bytes };
}

/**
 * What is wrong with a `promptImage`, as a sentence without its subject; undefined when nothing is.
 *
 * @param stored whether the bytes have been taken out already: then `stored:` is accepted, and a data URI is
 *   not, as bytes never travel through Temporal.
 */
export function promptImageProblem(image: string, stored: boolean): string | undefined {
  if (/^data:/i.test(image)) return stored ? 'must be stored before the reel starts' : dataUriProblem(image);
  if (image.startsWith('runway://')) {
    return image.length <= MAX_UPLOAD_URI && /^runway:\/\/[\x21-\x7e]+$/.test(image)
      ? undefined
      : 'is not an upload URI of Runway: copy it whole, from runway:// to its end';
  }
  if (stored && STORED.test(image)) return undefined;
  return urlProblem(image);
}

function dataUriProblem(image: string): string | undefined {
  if (image.length > MAX_DATA_URI) {
    return (
      `is ${image.length} characters long as a data URI, and Runway takes ${MAX_DATA_URI} at most (about 3.7 MB ` +
      'of image): make the image smaller, or send a https URL'
    );
  }
  const inline = splitDataUri(image);
  if (!inline) {
    return 'is no data URI that Runway takes: it must begin with data:image/png;base64, (or jpeg, or webp) and go on in plain base64';
  }
  if (!MAGIC_BYTES[inline.contentType](inline.bytes)) {
    return `says that it is ${inline.contentType}, but its content is something else: give the type that the file really has`;
  }
  return undefined;
}

function urlProblem(image: string): string | undefined {
  if (!/^https:\/\//i.test(image) || !URL.canParse(image)) {
    return 'must be a https:// URL, a runway:// upload or a data URI of a PNG, JPEG or WebP image';
  }
  if (image.length > MAX_URL) {
    return `is ${image.length} characters long, and Runway takes URLs of ${MAX_URL} at most`;
  }
  const { hostname, username, password } = new URL(image);
  if (username !== '' || password !== '') {
    return 'must not have a user name or a password in the URL: Runway would be told them';
  }
  // The parser has turned every notation of an IPv4 address into four numbers; IPv6 stands in brackets.
  const isDomain = /^(?!.*\.localhost\.?$)(?:[^.[\]]+\.)+[^.[\]\d][^.[\]]*\.?$/.test(hostname);
  if (!isDomain) {
    return 'must name a public host, such as https://example.org/image.png: Runway fetches the image itself, and takes no IP address';
  }
  return undefined;
}
