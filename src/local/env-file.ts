import { readFileSync } from 'node:fs';
import { parse, populate } from 'dotenv';
import { SETTING_NAMES } from '../platform/config';
import { StartError } from './start-error';

/**
 * Reads settings from a file into an environment, where they are not set already. Editors save text in several ways:
 * a file that cannot be read for certain stops the start, because a setting that is missed may be Runway's key.
 *
 * @throws StartError that names the file and the cure.
 */
export function readEnvFile(file: string, env: NodeJS.ProcessEnv): void {
  const text = textOf(file);
  if (text === undefined) return;
  if (text.includes('\0')) {
    throw new StartError(`${file} holds NUL characters, as text in another encoding does: save it as UTF-8.`);
  }
  const settings = parse(text);
  requireAllRead(file, text, settings);
  for (const [name, value] of Object.entries(settings)) {
    if (!value.includes('\uFFFD')) continue;
    throw new StartError(`${file}: ${name} holds bytes that are no text in UTF-8: save the file as UTF-8.`);
  }
  populate(env as Record<string, string>, settings);
}

/**
 * What is no line of settings is skipped without a word: one of another shell, of JSON, or one that begins with a character
 * that nobody sees.
 */
function requireAllRead(file: string, text: string, settings: Readonly<Record<string, string>>): void {
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const names = /^[^#=]*?([A-Z][A-Z_]+)["'\s]*[=:]/.exec(line) ?? [];
    const name = SETTING_NAMES.find((each) => each === names[1]);
    if (name === undefined || name in settings) continue;
    throw new StartError(`${file}: line ${index + 1} cannot be read: write it as ${name}=value.`);
  }
}

/** Its text by its byte order mark, UTF-8 without one; undefined when there is no such file. */
function textOf(file: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const reason = code === 'EISDIR' ? 'it is a folder' : String(code);
    throw new StartError(`${file} cannot be read: ${reason}. Correct that, or remove it.`);
  }
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (!isUtf16) return bytes.toString('utf8').replace(/^\uFEFF/, '');
  const whole = bytes.subarray(2, bytes.length - (bytes.length % 2));
  return (first === 0xff ? whole : Buffer.from(whole).swap16()).toString('utf16le').toWellFormed();
}
