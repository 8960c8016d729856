/**
 * A host that holds up whoever waits for it: outputs that drip, a file whose tables have no end, and receivers of webhooks
 * that never answer. The benchmark and a test play them against the service, beside which another client works.
 */
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Hook } from '../../src/simulator/scenarios/hook';
import { close, listen } from './loopback';

const CLIP = join(__dirname, '../../src/simulator/outputs/720x1280-silent.mp4');
const DRIP_INTERVAL_MS = 20_000;
const PROMISED_BYTES = 1_000_000;
const PROMISED_SAMPLES = 4_000_000_000;
/** A receiver has a share of its client's webhooks: those that never answer are several. */
const RECEIVERS = 8;

/** What a prompt says to get such an output. */
export const DRIPPING = 'a dripping download';
export const CRAFTED = 'a crafted file';

export interface HostileHost {
  /** For the simulator: leads the tasks of such prompts here. */
  readonly hook: Hook;
  /** Requests that wait here now. */
  waiting(): { readonly downloads: number; readonly webhooks: number };
  /** How often the crafted file was handed out. */
  readonly seen: { readonly craftedFiles: number };
  /** Address of the `index`-th receiver. */
  receiver(index: number): string;
  close(): Promise<void>;
}

export async function startHostileHost(): Promise<HostileHost> {
  const downloads = new Set<ServerResponse>();
  const webhooks = new Set<ServerResponse>();
  const seen = { craftedFiles: 0 };
  const crafted = craftedVideo();

  const outputs = createServer((req, res) => {
    if (req.url === '/crafted.mp4') {
      seen.craftedFiles += 1;
      res.writeHead(200, { 'content-type': 'video/mp4', 'content-length': crafted.length }).end(crafted);
      return;
    }
    drip(res);
    hold(downloads, res);
  });
  const receivers = Array.from({ length: RECEIVERS }, () => createServer((_req, res) => hold(webhooks, res)));
  const outputsUrl = await listen(outputs);
  const receiverUrls = await Promise.all(receivers.map((server) => listen(server)));

  return {
    hook: ({ at, prompt = '' }) => {
      const file = prompt.includes(DRIPPING) ? 'dripping' : prompt.includes(CRAFTED) ? 'crafted' : undefined;
      if (at !== 'poll' || file === undefined) return undefined;
      return { kind: 'patch', fields: { output: [`${outputsUrl}/${file}.mp4`] } };
    },
    waiting: () => ({ downloads: downloads.size, webhooks: webhooks.size }),
    seen,
    receiver: (index) => `${receiverUrls[index % RECEIVERS]}/${index}`,
    close: async () => {
      await Promise.all([outputs, ...receivers].map(close));
    },
  };
}

/** The simulator's clip, whose tables claim four thousand million samples in as many bytes as before. */
function craftedVideo(): Buffer {
  const file = readFileSync(CLIP);
  // Behind the name: version and flags, then the number of entries, and the samples of the first.
  const times = file.indexOf('stts') + 4;
  file.writeUInt32BE(PROMISED_SAMPLES, times + 8);
  // Behind the name: version and flags, one size for all samples, and their number.
  const sizes = file.indexOf('stsz') + 4;
  file.writeUInt32BE(1, sizes + 4);
  file.writeUInt32BE(PROMISED_SAMPLES, sizes + 8);
  return file;
}

function drip(res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'video/mp4', 'content-length': PROMISED_BYTES });
  res.write('.');
  const dripping = setInterval(() => res.write('.'), DRIP_INTERVAL_MS);
  res.once('close', () => clearInterval(dripping));
}

function hold(held: Set<ServerResponse>, res: ServerResponse): void {
  held.add(res);
  res.once('close', () => held.delete(res));
}
