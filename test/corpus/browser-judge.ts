/** Plays files in a real browser: what a browser does with a file is what a person gets of it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { TestBrowser } from '../support/browser';
import type { Promised, Specimen } from './corpus';

/** What the browser did with a file. */
export interface Played {
  /** It came to the end that the file promises, and showed a picture. */
  readonly toTheEnd: boolean;
  /** For the table: how it went. */
  readonly words: string;
  readonly width: number;
  readonly height: number;
  /** 0 when the file says none. */
  readonly seconds: number;
  readonly hasAudio: boolean;
}

/** So many play at once; each takes as long as it is. */
const AT_ONCE = 8;
/** A file whose end is missing ends earlier than it promised, in seconds. */
const TOLERANCE = 0.5;

interface Seen {
  readonly ended: boolean;
  readonly error: string | null;
  readonly seconds: number | null;
  readonly reached: number;
  /** When the last picture that was shown begins, in seconds. */
  readonly picture: number;
  readonly frames: number;
  readonly audioBytes: number;
  readonly width: number;
  readonly height: number;
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>corpus</title><script>
  window.play = (url) => new Promise((resolve) => {
    const video = document.createElement('video');
    video.muted = true;
    video.style.width = '80px';
    let seconds = null;
    const done = (ended) => {
      clearTimeout(timer);
      // A file of fragments tells its length as it goes on.
      if (Number.isFinite(video.duration)) seconds = Math.max(seconds, video.duration);
      resolve({
        ended, error: video.error && video.error.code + ' ' + video.error.message, seconds,
        reached: video.currentTime, picture, frames: video.getVideoPlaybackQuality().totalVideoFrames,
        audioBytes: video.webkitAudioDecodedByteCount, width: video.videoWidth, height: video.videoHeight,
      });
      video.remove();
      video.src = '';
    };
    let picture = 0;
    const shown = (_now, { mediaTime }) => {
      picture = Math.max(picture, mediaTime);
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
    let last = -1;
    // One that neither ends nor goes on is stuck; a browser that has just started on a busy machine is not.
    const look = () => {
      if (video.currentTime === last) return done(false);
      last = video.currentTime;
      timer = setTimeout(look, 60000);
    };
    let timer = setTimeout(look, 60000);
    video.onloadedmetadata = () => { seconds = Number.isFinite(video.duration) ? video.duration : 0; };
    video.onended = () => done(true);
    video.onerror = () => done(false);
    document.body.append(video);
    video.src = url;
    video.play().catch(() => undefined);
  });
</script>`;

export class BrowserJudge {
  private constructor(
    private readonly browser: TestBrowser,
    private readonly page: Page,
    private readonly server: Server,
    private readonly files: Map<string, { bytes: Buffer; contentType: string }>,
  ) {}

  static async start(): Promise<BrowserJudge> {
    const files = new Map<string, { bytes: Buffer; contentType: string }>();
    const server = serve(files);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await TestBrowser.start();
    const page = await browser.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return new BrowserJudge(browser, page, server, files);
  }

  /** @param contentTypes the type that each file would be served as. */
  async playAll(specimens: readonly Specimen[], contentTypes: readonly string[]): Promise<Played[]> {
    const played: Played[] = [];
    let next = 0;
    const worker = async () => {
      for (let i = next++; i < specimens.length; i = next++) {
        const specimen = specimens[i] as Specimen;
        played[i] = await this.play(specimen, contentTypes[i] ?? 'video/mp4');
      }
    };
    await Promise.all([...Array(AT_ONCE)].map(worker));
    return played;
  }

  private async play({ bytes, promise }: Specimen, contentType: string): Promise<Played> {
    const name = String(this.files.size);
    this.files.set(name, { bytes, contentType });
    const seen = await this.page.evaluate<Seen>(`play('/${name}')`);
    const flaw = flawOf(seen, promise);
    return {
      toTheEnd: flaw === undefined,
      words: flaw ?? 'plays to its end',
      width: seen.width,
      height: seen.height,
      seconds: seen.seconds ?? 0,
      hasAudio: seen.audioBytes > 0,
    };
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Why a person does not get of it what the file promises; undefined when the browser played all of it. */
function flawOf(seen: Seen, promise: Promised): string | undefined {
  if (seen.error !== null) return seen.error.replace(/^\d+ (?:PipelineStatus::)?/, '').slice(0, 120);
  if (!seen.ended) return `stuck at ${seen.reached} s`;
  if (seen.frames === 0 || seen.width === 0) return 'no picture';
  if (seen.reached < (seen.seconds ?? 0) - TOLERANCE)
    return `ends after ${seen.reached} of ${seen.seconds} s`;
  // A busy machine shows not all of what it decodes.
  const [missing, pictures] = [
    promise.pictureSeconds - seen.picture,
    promise.pictureSeconds / promise.pictureStep,
  ];
  if (missing > Math.max(TOLERANCE, 1.1 * promise.pictureStep) && seen.frames < 0.9 * pictures) {
    return `the picture stops after ${seen.picture} of ${promise.pictureSeconds} s`;
  }
  if (promise.hasSound && seen.audioBytes === 0) return 'its sound is not played';
  return undefined;
}

/** Answers ranges, as the service does. */
function serve(files: ReadonlyMap<string, { bytes: Buffer; contentType: string }>): Server {
  return createServer((request, response) => {
    const file = files.get((request.url ?? '').slice(1));
    if (!file) {
      response.writeHead(request.url === '/' ? 200 : 404, { 'content-type': 'text/html' }).end(PAGE);
      return;
    }
    const { bytes, contentType } = file;
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const head = { 'content-type': contentType, 'accept-ranges': 'bytes' };
    if (from === undefined) {
      response.writeHead(200, { ...head, 'content-length': bytes.length }).end(bytes);
      return;
    }
    const [start, end] = [Number(from), Math.min(to ? Number(to) : Infinity, bytes.length - 1)];
    if (start >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const part = bytes.subarray(start, end + 1);
    response
      .writeHead(206, {
        ...head,
        'content-length': part.length,
        'content-range': `bytes ${start}-${end}/${bytes.length}`,
      })
      .end(part);
  });
}
