import path from 'node:path';
import type { IRouter, Request } from 'express';
import { REEL_ID_PATTERN } from '../../contract/reel';
import type { Auth } from '../access/auth';
import { refuseDeleted } from './view/deleted-reel';
import type { ApiDeps } from '../deps';
import { contentDisposition, downloadName } from './download-name';
import { readRange } from '../http/range';
import { videoPath } from './view/public-reel';
import { Problem } from '../http/problem';
import type { ReelFinder } from './view/reel-finder';
import { type ReelView, viewReel } from './view/reel-view';
import { route } from '../http/route';
import { checkSignature } from '../access/signed-url';

/** The stored file. A signed URL opens it without a key, also in a `<video>` element of another site. */
export function addVideoRoute(router: IRouter, deps: ApiDeps, finder: ReelFinder, auth: Auth): void {
  const { storage, now = () => new Date() } = deps;

  /** @returns the client that the reel must belong to; undefined when the signature vouches for it. */
  async function admit(req: Request, id: string): Promise<string | undefined> {
    const signed = checkSignature(await storage.signingKey(), videoPath(id), req.query, now());
    if (signed === 'valid') return undefined;
    if (signed === 'absent' || req.headers.authorization !== undefined) return auth.requireClient(req);
    const client = await auth.findClient(req);
    if (client !== undefined) return client;
    const detail = `This link ${signed === 'expired' ? 'is older than 24 hours' : 'was changed'}. GET the reel again for a fresh one.`;
    throw new Problem(`link_${signed}`, detail);
  }

  /** Storage is asked first: each Range request of a player would cost a call to Temporal. */
  async function findReel(id: string): Promise<ReelView | undefined> {
    if (!REEL_ID_PATTERN.test(id)) return undefined;
    const record = await storage.readRecord(id);
    // Asked after the record, as the finder does.
    if (record && (await storage.readTombstone(id))) return undefined;
    return record?.state.video !== undefined ? viewReel({ record }) : finder.find(id);
  }

  route(router, '/v1/reels/:id/video', {
    get: async (req, res, next) => {
      const id = String(req.params['id']);
      const client = await admit(req, id);
      const view = await findReel(id);
      if (!view) await refuseDeleted(storage, id, client);
      if (!view || (client !== undefined && view.client !== client)) {
        throw new Problem('reel_not_found', 'There is no reel with this ID.');
      }
      const generation = view.generations.findLast(({ status }) => status === 'succeeded');
      if (!view.video || !generation) {
        throw new Problem('video_not_ready', `The reel is ${view.status}: it has no video.`);
      }
      const file = await storage.openVideo(id, generation.number);
      if (!file) {
        throw new Problem('video_missing', 'The stored file is gone from DATA_DIR.');
      }
      res.set({
        // By content: `If-Range` of an interrupted download holds across restarts and machines.
        ETag: `"${view.video.sha256}"`,
        'Cache-Control': 'private, max-age=3600',
        'Content-Disposition': contentDisposition(downloadName(view)),
        'Content-Type': view.video.contentType,
        'Cross-Origin-Resource-Policy': client === undefined ? 'cross-origin' : 'same-origin',
      });
      setRange(req, file.bytes);
      // `root`: a dot in the path of DATA_DIR must not make the file hidden.
      const { dir: root, base } = path.parse(file.path);
      res.sendFile(base, { root, cacheControl: false }, (error?: Error) => {
        // A player that seeks breaks connections all the time: nothing failed.
        if (!error || res.headersSent) return;
        for (const name of ['ETag', 'Content-Disposition']) res.removeHeader(name);
        next(error);
      });
    },
  });
}

/** Puts the range in a form that `send` reads as the RFC does: it refuses a suffix that is longer than the file. */
function setRange(req: Request, size: number): void {
  const range = req.method === 'GET' ? readRange(req.headers.range, size) : 'whole';
  if (range === 'whole') delete req.headers.range;
  else if (range === 'unsatisfiable') req.headers.range = `bytes=${size}-`;
  else req.headers.range = `bytes=${range.first}-${range.last}`;
}
