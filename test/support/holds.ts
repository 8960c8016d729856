/** Stops the service at an exact step of a reel: what goes on there waits until the test lets it. */
import { Readable } from 'node:stream';
import { isTerminal } from '../../src/contract/reel';
import type { Hook, SimulatorEvent } from '../../src/simulator/scenarios/hook';
import type { Storage } from '../../src/storage/storage';

export type HeldStep =
  | SimulatorEvent['at']
  /** The worker is about to look whether the reel was accepted before. */
  | 'accept'
  /** The claim is about to be made: nothing was sent. */
  | 'claim'
  /** Runway's answer is here, and not written down. */
  | 'answer'
  /** Before the finished task is read for its output. */
  | 'store'
  /** Half of the video has come. */
  | 'half'
  /** The video is in its place, and Temporal does not know. */
  | 'stored'
  /** The end is about to be recorded. */
  | 'record';

export interface Hold {
  readonly reached: Promise<void>;
  release(): void;
}

export class Holds {
  private readonly waiting = new Map<string, { arrive: () => void; held: Promise<void> }>();

  /** The next one who comes to this step of this reel waits; those after it do not. */
  at(step: HeldStep, reel: string): Hold {
    let arrive = () => {};
    let release = () => {};
    const reached = new Promise<void>((resolve) => (arrive = resolve));
    const held = new Promise<void>((resolve) => (release = resolve));
    this.waiting.set(`${step} ${reel}`, { arrive, held });
    return { reached, release };
  }

  async pass(step: HeldStep, reel: string): Promise<void> {
    const key = `${step} ${reel}`;
    const hold = this.waiting.get(key);
    this.waiting.delete(key);
    hold?.arrive();
    await hold?.held;
  }

  /** @param reelOf the reel that a prompt belongs to. */
  hook(reelOf: (prompt: string) => string): Hook {
    return async ({ at, prompt = '' }) => {
      await this.pass(at, reelOf(prompt));
      return undefined;
    };
  }

  storage(storage: Storage): Storage {
    const { claims } = storage;
    return {
      ...storage,
      claims: {
        ...claims,
        claim: async (key, entry) => {
          await this.pass('claim', key.reelId);
          return claims.claim(key, entry);
        },
        answer: async (key, answer) => {
          await this.pass('answer', key.reelId);
          return claims.answer(key, answer);
        },
      },
      readRecord: async (reelId) => {
        await this.pass('accept', reelId);
        return storage.readRecord(reelId);
      },
      writeRecord: async (record) => {
        if (isTerminal(record.state.status)) await this.pass('record', record.head.id);
        return storage.writeRecord(record);
      },
      findVideo: async (reelId, generation) => {
        await this.pass('store', reelId);
        return storage.findVideo(reelId, generation);
      },
      storeVideo: async (args) => {
        const source = Readable.from(this.halves(args.source, args.reelId), { objectMode: false });
        const video = await storage.storeVideo({ ...args, source });
        await this.pass('stored', args.reelId);
        return video;
      },
    };
  }

  private async *halves(source: Readable, reelId: string): AsyncGenerator<Buffer> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const middle = Math.floor(chunk.length / 2);
      yield chunk.subarray(0, middle);
      await this.pass('half', reelId);
      yield chunk.subarray(middle);
    }
  }
}
