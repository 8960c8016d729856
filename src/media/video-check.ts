/**
 * Checks whether a browser plays a downloaded file, and reads its facts. The file is untrusted, so it is read in a bounded
 * process of its own (`bounded-process.ts`) that answers facts and nothing else.
 */
import { z } from 'zod';
import type { VideoCheck, VideoVerdict } from '../domain/video-check';
import { type Ended, runBounded } from './bounded-process';
import { CONTENT_TYPES } from './containers/container';
import type { Ffmpeg } from './ffmpeg';

/** The child's only argument, as JSON. */
export interface CheckRequest {
  readonly path: string;
  /** Absent: only the structure is checked. */
  readonly ffmpeg?: Ffmpeg;
}

/** A clip of half a minute in 4K takes about that much to decode. */
const CPU_SECONDS = { decoded: 30, structure: 10 } as const;
const MEMORY_BYTES = 512 * 1024 * 1024;
/**
 * Newer Nodes (26) reserve 512 MB for machine code, which the system counts as data: they would not even start. Without a JIT
 * no machine code is generated in a process that reads untrusted files.
 */
const JITLESS = '--jitless';
/** Decoding uses the cores that workflows and HTTP need. */
const AT_ONCE = 2;

const text = z.string().max(300);
const facts = z.strictObject({
  contentType: z.enum(CONTENT_TYPES),
  width: z.int().min(1).max(65_535),
  height: z.int().min(1).max(65_535),
  durationSeconds: z.number().min(0.001).max(1e6),
  hasAudio: z.boolean(),
  checked: z.enum(['decoded', 'structure']),
});
const notes = z.array(text).max(8);
const answer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('plays'), facts, notes }),
  z.strictObject({ kind: z.literal('not_playable'), facts, notes, words: text }),
  z.strictObject({ kind: z.literal('damaged'), words: text }),
  /** The decoder ran out of its bounds. */
  z.strictObject({ kind: z.literal('exceeded'), words: text }),
  /** The file could not be read at all: a disk fault. */
  z.strictObject({ kind: z.literal('unreadable'), code: z.string().regex(/^E[A-Z0-9]{1,30}$/) }),
]);
export type CheckAnswer = z.infer<typeof answer>;
export type CheckedFacts = z.infer<typeof facts>;

export interface VideoCheckOptions {
  /** Decodes every frame; without it only the structure of the file is checked. */
  readonly ffmpeg?: Ffmpeg;
  /** From the sources (tests, scripts) the child needs the compiler that this process was started with. */
  readonly nodeArguments?: readonly string[];
  /** Limits of each process of a check. */
  readonly cpuSeconds?: Readonly<Record<'decoded' | 'structure', number>>;
}

export function createVideoCheck({
  ffmpeg,
  nodeArguments = process.execArgv,
  cpuSeconds = CPU_SECONDS,
}: VideoCheckOptions = {}): VideoCheck {
  const turns = createTurns(AT_ONCE);

  async function ask(request: CheckRequest, signal?: AbortSignal): Promise<CheckAnswer> {
    const script = require.resolve('./check-child');
    const loader = script.endsWith('.ts') ? nodeArguments : [];
    const ended = await runBounded([process.execPath, JITLESS, ...loader, script, JSON.stringify(request)], {
      cpuSeconds: cpuSeconds[request.ffmpeg ? 'decoded' : 'structure'],
      memoryBytes: MEMORY_BYTES,
      signal,
    });
    return readAnswer(ended);
  }

  return (path, signal) =>
    turns(async () => {
      const first = await ask({ path, ffmpeg }, signal);
      if (first.kind !== 'exceeded') return verdict(first);
      if (!ffmpeg) return { kind: 'damaged', words: first.words };
      // A busy machine, or a film longer than ordered, must not cost a paid video.
      const second = await ask({ path }, signal);
      if (second.kind === 'exceeded') return { kind: 'damaged', words: second.words };
      const found = verdict(second);
      return found.kind === 'damaged'
        ? found
        : { ...found, notes: [`Not every picture was decoded: ${first.words}`, ...found.notes].slice(0, 8) };
    });
}

function readAnswer(ended: Ended): CheckAnswer {
  if (ended.how === 'exceeded') {
    return { kind: 'exceeded', words: `Reading the file takes more ${ended.what} than a video may.` };
  }
  const parsed = answer.safeParse(parseJson(ended.output));
  if (parsed.success) return parsed.data;
  throw new Error(`The check of a video ended without an answer (${ended.words})`);
}

function parseJson(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

function verdict(said: Exclude<CheckAnswer, { kind: 'exceeded' }>): VideoVerdict {
  if (said.kind !== 'unreadable') return said;
  throw Object.assign(new Error(`reading the video: ${said.code}`), { code: said.code });
}

/** Lets `atOnce` tasks run at once; the others wait in line. */
function createTurns(atOnce: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      // The next one in line takes over the slot.
      if (next) next();
      else running -= 1;
    }
  };
}
