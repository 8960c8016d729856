import pino, { type Logger } from 'pino';
import { printableJson } from '../contract/text';
import { writeNow } from './write-now';

export type { Logger };

/** Enough of a text to be no secret any more. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // A Runway key: `key_` and its 128 hex digits (fewer are cut as well, to be safe).
  [/key_[0-9a-f]{16,}/gi, 'key_[redacted]'],
  [/whsec_[A-Za-z0-9+/=]+/g, 'whsec_[redacted]'],
  [/\b(Bearer|Basic)( +|%20)[\w.~+/=-]{8,}/gi, '$1 [redacted]'],
  // A whole header: of cookies and of other schemes nothing can stay.
  [/((?:authorization|cookie)\\?"?\s*[:=]\s*\[?\\?"?)[^"\\\r\n]+/gi, '$1[redacted]'],
  // A JSON Web Token: Runway signs the addresses of its outputs with one.
  [/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '[redacted]'],
  // The query of a link: ours and Runway's are signed there.
  [/((?:https?:\/\/|\/v1\/)[^\s"'<>\\?]*)\?[^\s"'<>\\)]+/g, '$1?[redacted]'],
  [/(\w:\/\/)[^\s"'<>\\/@]+@/g, '$1[redacted]@'],
];

/** Takes out what looks like a secret. JSON stays JSON. */
export function redact(text: string): string {
  return SECRETS.reduce((clean, [secret, cover]) => clean.replace(secret, cover), text);
}

/**
 * JSON lines on standard output, with everything that looks like a secret taken out: by the text of the whole line, so
 * that causes, stacks and messages of others hide nothing.
 *
 * A line about a reel names it by `reelId`, `generation`, `runwayTaskId` (the Operation ID), `runwayRequestId` (of an
 * exchange with Runway) and `requestId` (of an exchange with a caller).
 *
 * @param secrets of this process, which need not look like any.
 */
export function createLogger(name: string, level: string, secrets: readonly string[] = []): Logger {
  // As they stand in a line of JSON.
  const known = secrets.map((secret) => JSON.stringify(secret).slice(1, -1)).filter(Boolean);
  const clean = (line: string) => known.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), line);
  return pino(
    {
      name,
      level,
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Temporal's SDK has its errors under `error`.
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
    },
    // The last line before a crash is the one that is needed.
    { write: (line: string) => writeNow('stdout', printableJson(redact(clean(line)))) },
  );
}
