import pino, { type Logger } from 'pino';

export type { Logger };

/** A Runway key, wherever it turns up: `key_` and its 128 hex digits (fewer are cut as well, to be safe). */
const KEY_LIKE = /key_[0-9a-f]{16,}/gi;

/** Takes out what looks like a secret. */
export function redact(text: string): string {
  return text.replace(KEY_LIKE, 'key_[redacted]');
}

/** JSON lines on standard output, with everything that looks like a secret taken out. */
export function createLogger(name: string, level: string): Logger {
  return pino(
    {
      name,
      level,
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['authorization', 'req.headers', 'headers.authorization', 'headers.cookie'],
        censor: '[redacted]',
      },
    },
    // Written synchronously: the last line before a crash is the one that is needed.
    { write: (line: string) => void process.stdout.write(redact(line)) },
  );
}
