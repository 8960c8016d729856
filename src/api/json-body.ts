import express, { type RequestHandler } from 'express';
import { cutText, plainLine } from '../contract/text';
import { Problem } from './problem';

const MAX_BYTES = 6_000_000;
/** A request nests two deep (`metadata`); JSON.stringify dies of 40,000. */
const MAX_DEPTH = 16;

/** Reads an application/json body of at most 6 MB into `req.body`. @throws Problem 400, 413, 415 */
export const jsonBody = bodyReader();
/** The same where a body may be left out: nothing reads as `{}`, and so does null. */
export const optionalJsonBody = bodyReader({ optional: true });

function bodyReader({ optional = false } = {}): RequestHandler[] {
  return [
    (req, _res, next) => {
      const type = req.headers['content-type'];
      if (type !== undefined || !optional) requireJson(type);
      next();
    },
    express.raw({ type: () => true, limit: MAX_BYTES }),
    (req, _res, next) => {
      const bytes = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
      if (bytes.length === 0 && optional) req.body = {};
      else {
        requireJson(req.headers['content-type']);
        req.body = parseJson(bytes) ?? (optional ? {} : null);
      }
      next();
    },
  ];
}

/**
 * A form of a page elsewhere can post text/plain without asking the browser, but never JSON.
 *
 * @throws Problem 415
 */
export function requireJson(contentType: string | undefined): void {
  const charsets = charsetsOfJson(contentType ?? '');
  const foreign = charsets?.find((name) => !UTF_8.has(name.toLowerCase().replace(/[-_\s']/g, '')));
  if (charsets && foreign === undefined) return;
  throw new Problem(
    415,
    'unsupported_media_type',
    'The body is of a wrong type',
    foreign === undefined
      ? 'Send the request as JSON with the header "Content-Type: application/json".'
      : `Send the JSON in UTF-8: the Content-Type says charset=${plainLine(cutText(foreign, 40, '…'))}.`,
  );
}

/** Names of UTF-8 without what people write between their parts. An empty one names nothing. */
const UTF_8 = new Set(['utf8', 'unicode11utf8', 'unicode20utf8', 'xunicode20utf8', '']);

const TOKEN = "[\\w!#$%&'*+.^`|~-]";
const PARAMETER = new RegExp(
  `[ \\t]*;[ \\t]*(?:(${TOKEN}+)[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}*)))?`,
  'y',
);

/** The charsets that a JSON type names (RFC 9110, 8.3.1); undefined for every other type, and for what is none. */
function charsetsOfJson(contentType: string): string[] | undefined {
  const [type] = /^[ \t]*application\/json(?![^ \t;])/i.exec(contentType) ?? [];
  if (type === undefined) return undefined;
  const charsets: string[] = [];
  let end = type.length;
  for (;;) {
    PARAMETER.lastIndex = end;
    const found = PARAMETER.exec(contentType);
    if (!found) return contentType.slice(end).trim() === '' ? charsets : undefined;
    const [, name, quoted, token] = found;
    if (name?.toLowerCase() === 'charset') charsets.push(quoted?.replace(/\\(.)/g, '$1') ?? token ?? '');
    end = PARAMETER.lastIndex;
  }
}

/** Parses a body after its nesting is known to be bounded. @throws Problem 400 */
export function parseJson(bytes: Buffer): unknown {
  if (nestsDeeperThan(bytes, MAX_DEPTH)) {
    throw malformed(`The JSON is nested more than ${MAX_DEPTH} levels deep.`);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text, refusePrototypeKeys) as unknown;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw malformed(
      'The body is not JSON in UTF-8. Strings and names stand in double quotes, without a comma after the last.',
    );
  }
}

/** Counts brackets outside strings. Bytes of UTF-8 that look like ASCII are ASCII. */
function nestsDeeperThan(bytes: Buffer, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > limit) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}

/** A key that would reach a prototype once somebody copies the object. */
function refusePrototypeKeys(key: string, value: unknown): unknown {
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
    throw malformed(`"${key}" cannot be the name of a field.`);
  }
  return value;
}

function malformed(detail: string): Problem {
  return new Problem(400, 'malformed_json', 'The body cannot be read', detail);
}
