import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from './cli-error';
import { EXIT } from './exit-code';

/** What is asked for, as commander reads it. The service has the rules: nothing is checked twice. */
export interface RequestOptions {
  readonly image?: string;
  readonly model?: string;
  readonly ratio?: string;
  readonly duration?: number;
  readonly audio?: string;
  readonly negativePrompt?: string;
  readonly seed?: number;
  readonly fallbacks?: readonly string[];
  readonly onLostAnswer?: string;
  readonly maxCredits?: number;
  readonly deadline?: string;
  readonly webhookUrl?: string;
  readonly title?: string;
  readonly date?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Adds an option for each field of a request. */
export function addRequestOptions(command: Command): Command {
  return command
    .option('--title <text>', 'shown everywhere, and the name of the file')
    .option('--date <day>', 'the day of the event, such as 2025-12-06; begins the name of the file')
    .option('--image <file or URL>', 'the first frame: a PNG, JPEG or WebP file, or an https URL')
    .addOption(new Option('--audio <mode>', 'none is cheaper').choices(['none', 'music', 'music_and_speech']))
    .option('--duration <seconds>', 'how long the video is', toNumber)
    .option('--ratio <ratio>', 'width and height, such as 720:1280')
    .option('--model <name>', 'one of GET /v1/models')
    .option('--negative-prompt <text>', 'what it should not show, where the model takes it')
    .option('--seed <number>', 'a whole number, where the model takes it', toNumber)
    .option(
      '--fallbacks <list>',
      'what may be changed when it keeps failing, in order: no_audio,shorter_prompt,model:<name>,wait',
      toList,
    )
    .option('--max-credits <number>', 'the most that all tries may cost together', toNumber)
    .addOption(
      new Option('--on-lost-answer <what>', 'submit_again may pay twice').choices(['ask', 'submit_again']),
    )
    .option('--deadline <duration>', 'how long the reel may take, such as 2h')
    .option('--webhook-url <url>', 'told when the reel ends')
    .option('--metadata <key=value>', 'a pair of your own; may be repeated', toPairs);
}

/** The body of `POST /v1/reels`. @throws CliError when the image cannot be read */
export async function requestBody(promptText: string, options: RequestOptions): Promise<object> {
  const { image, model, ratio, duration, audio, negativePrompt, seed, fallbacks } = options;
  const { onLostAnswer, maxCredits, deadline, webhookUrl, title, date, metadata } = options;
  // What is undefined is left out of JSON.
  return {
    promptText,
    promptImage: image === undefined ? undefined : await promptImage(image),
    model,
    ratio,
    duration,
    audio,
    negativePrompt,
    seed,
    fallbacks,
    onLostAnswer,
    maxCredits,
    deadline,
    webhookUrl,
    title,
    date,
    metadata,
  };
}

const MAGIC = [
  ['image/png', /^\x89PNG/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
] as const;

async function promptImage(image: string): Promise<string> {
  if (/^(?:https?|runway|data):/i.test(image)) return image;
  const bytes = await readFile(image).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`The image ${image} cannot be read (${error.code}).`, EXIT.refused, {
      cure: 'Give the path of a PNG, JPEG or WebP file, or an https URL.',
    });
  });
  const head = bytes.toString('latin1', 0, 12);
  const [type] = MAGIC.find(([, pattern]) => pattern.test(head)) ?? [];
  if (type === undefined) {
    throw new CliError(`${image} is no PNG, JPEG or WebP image.`, EXIT.refused, {
      cure: 'Save it as one of these first.',
    });
  }
  return `data:${type};base64,${bytes.toString('base64')}`;
}

function toNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('It must be a number.');
  return number;
}

function toList(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

export function toPairs(
  text: string,
  earlier: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const [, key, value] = /^([^=]+)=([^]*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('It must be key=value.');
  return { ...earlier, [key]: value };
}
