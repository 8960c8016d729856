import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RequestHandler } from 'express';

/**
 * Serves the files of a folder, without its subfolders. Each is read once, and all answers share its bytes: a slow reader
 * holds neither a descriptor nor memory. For small folders of our own.
 *
 * @param cacheControl absent: as the app has it.
 */
export function filesInMemory(folder: string, cacheControl?: string): RequestHandler {
  const kept = new Map<string, Promise<Buffer | undefined>>();

  function bytesOf(name: string): Promise<Buffer | undefined> {
    const known = kept.get(name);
    if (known) return known;
    const reading = readFile(path.join(folder, name)).catch(() => undefined);
    kept.set(name, reading);
    // A missing file is not remembered: it may come, and made-up names have no bound.
    void reading.then((bytes) => {
      if (!bytes) kept.delete(name);
    });
    return reading;
  }

  return async (req, res, next) => {
    const [, name] = /^\/(\w[\w.-]*)$/.exec(req.path) ?? [];
    const isRead = req.method === 'GET' || req.method === 'HEAD';
    const bytes = isRead && name !== undefined ? await bytesOf(name) : undefined;
    if (!bytes || name === undefined) {
      next();
      return;
    }
    if (cacheControl !== undefined) res.set('Cache-Control', cacheControl);
    res.type(path.extname(name)).send(bytes);
  };
}
