import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RequestHandler } from 'express';

/**
 * Answers with the files of a folder, and not with those of folders in it. Each is read once, and all callers share its bytes: one who
 * does not read his answer holds neither a descriptor nor memory. For small folders of our own.
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
    // What is not there may come, and names that callers make up are without end.
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
