import path from 'node:path';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { REEL_ID_PATTERN } from '../../contract/reel';
import { checkSignature } from '../access/signed-url';
import type { ApiContext } from '../context';
import { Problem } from '../http/problem';
import { readRange } from '../http/range';
import { route } from '../http/route';
import { contentDisposition, downloadName } from './download-name';
import { refuseDeleted } from './view/deleted-reel';
import { videoPath } from './view/public-reel';
import { REEL_PARAMS, REEL_PROBLEMS } from './view/reel-finder';
import { type ReelView, viewReel } from './view/reel-view';

/** The stored file. A signed URL opens it without a key, also in a `<video>` element of another site. */
export const getVideo = route({
  method: 'GET',
  path: '/v1/reels/{id}/video',
  id: 'getVideo',
  tag: 'Reels',
  summary: 'Download the video',
  text:
    '`video.url` of the reel is this path with `expires` and `signature`: such a link works without a key, for 24 ' +
    'hours. `Range` is supported.',
  access: 'link',
  params: REEL_PARAMS,
  query: z.object({ expires: z.string().optional(), signature: z.string().optional() }),
  headers: z.object({
    Range: z.string().optional().meta({ example: 'bytes=0-1023' }),
    'If-None-Match': z.string().optional(),
  }),
  answers: {
    200: {
      text: 'The file.',
      headers: ['Content-Disposition', 'Accept-Ranges', 'ETag'],
      content: { 'video/mp4': {} },
    },
    206: {
      text: 'The part that `Range` asked for.',
      headers: ['Content-Disposition', 'Accept-Ranges', 'Content-Range', 'ETag'],
      content: { 'video/mp4': {} },
    },
    304: { text: 'The file is the one that `If-None-Match` names.', headers: ['ETag'] },
  },
  problems: [
    ...REEL_PROBLEMS,
    'video_not_ready',
    'video_missing',
    'range_not_satisfiable',
    'temporal_unreachable',
  ],
  async handler({ req, res, params: { id }, problem }, context) {
    const { storage } = context;
    const client = await admit(req, id, context);
    const view = await findReel(id, context);
    if (!view) await refuseDeleted(storage, id, client);
    if (!view || (client !== undefined && view.client !== client)) {
      throw problem('reel_not_found', 'There is no reel with this ID.');
    }
    const generation = view.generations.findLast(({ status }) => status === 'succeeded');
    if (!view.video || !generation) {
      throw problem('video_not_ready', `The reel is ${view.status}: it has no video.`);
    }
    const file = await storage.openVideo(id, generation.number);
    if (!file) throw problem('video_missing', 'The stored file is gone from DATA_DIR.');
    res.set({
      // By content: `If-Range` of an interrupted download holds across restarts and machines.
      ETag: `"${view.video.sha256}"`,
      'Cache-Control': 'private, max-age=3600',
      'Content-Disposition': contentDisposition(downloadName(view)),
      'Content-Type': view.video.contentType,
      'Cross-Origin-Resource-Policy': client === undefined ? 'cross-origin' : 'same-origin',
    });
    setRange(req, file.bytes);
    await sendFile(res, file.path);
  },
});

/** @returns the client that the reel must belong to; undefined when the signature vouches for it. */
async function admit(
  req: Request,
  id: string,
  { storage, auth, now }: ApiContext,
): Promise<string | undefined> {
  const signed = checkSignature(await storage.signingKey(), videoPath(id), req.query, now());
  if (signed === 'valid') return undefined;
  if (signed === 'absent' || req.headers.authorization !== undefined) return auth.requireClient(req);
  const client = await auth.findClient(req);
  if (client !== undefined) return client;
  const detail = `This link ${signed === 'expired' ? 'is older than 24 hours' : 'was changed'}. GET the reel again for a fresh one.`;
  throw new Problem(`link_${signed}`, detail);
}

/** Storage is asked first: each Range request of a player would cost a call to Temporal. */
async function findReel(id: string, { storage, finder }: ApiContext): Promise<ReelView | undefined> {
  if (!REEL_ID_PATTERN.test(id)) return undefined;
  const record = await storage.readRecord(id);
  // Asked after the record, as the finder does.
  if (record && (await storage.readTombstone(id))) return undefined;
  return record?.state.video !== undefined ? viewReel({ record }) : finder.find(id);
}

function sendFile(res: Response, file: string): Promise<void> {
  // `root`: a dot in the path of DATA_DIR must not make the file hidden.
  const { dir: root, base } = path.parse(file);
  return new Promise((resolve, reject) => {
    res.sendFile(base, { root, cacheControl: false }, (error?: Error) => {
      // A player that seeks breaks connections all the time: nothing failed.
      if (!error || res.headersSent) {
        resolve();
        return;
      }
      for (const name of ['ETag', 'Content-Disposition']) res.removeHeader(name);
      reject(error);
    });
  });
}

/** Puts the range in a form that `send` reads as the RFC does: it refuses a suffix that is longer than the file. */
function setRange(req: Request, size: number): void {
  const range = req.method === 'GET' ? readRange(req.headers.range, size) : 'whole';
  if (range === 'whole') delete req.headers.range;
  else if (range === 'unsatisfiable') req.headers.range = `bytes=${size}-`;
  else req.headers.range = `bytes=${range.first}-${range.last}`;
}
