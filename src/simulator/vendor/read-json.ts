import type { IncomingMessage } from 'node:http';
import { type Answer, refusal } from './answer';

const BODY_MOST = 16 * 1024 * 1024;

/** The parsed body, or the answer that refuses it. */
export async function readJson(req: IncomingMessage): Promise<{ body?: unknown; refused?: Answer }> {
  // A page elsewhere can send any other kind without asking the browser.
  const isJson = /^application\/json\b/i.test(req.headers['content-type'] ?? '');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Read to the end all the same: a client that is still sending would see a reset, not the answer.
    if (isJson && size <= BODY_MOST) chunks.push(chunk);
  }
  if (size > BODY_MOST) return { refused: refusal(413, 'Request entity too large') };
  if (!isJson) return { refused: refusal(415, 'Content-Type must be application/json') };
  try {
    return { body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown };
  } catch {
    return { refused: refusal(400, 'The body is not valid JSON') };
  }
}
