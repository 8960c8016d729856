/** The simulator under a name that only a proxy knows. */
import { createServer, type RequestListener, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { close, listen } from '../../tools/stack/loopback';
import type { Certificate } from './certificate';

export const RUNWAY_NAME = 'runway.invalid';

export interface NamedRunway {
  /** `http://runway.invalid:<port>`; a proxy that reaches all names at loopback finds it there. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Passes everything on to the simulator, which answers to its own address only; its links lead back here.
 *
 * @param tls with it the name is one of https.
 */
export async function namedRunway(simulatorUrl: string, tls?: Certificate): Promise<NamedRunway> {
  let url = '';
  const passOn: RequestListener = (req, res) => {
    const headers = { ...req.headers, host: new URL(simulatorUrl).host };
    const passedOn = request(`${simulatorUrl}${req.url}`, { method: req.method, headers }, (answer) => {
      const status = answer.statusCode ?? 502;
      if (!answer.headers['content-type']?.includes('json')) {
        res.writeHead(status, answer.headers);
        return void answer.pipe(res);
      }
      const { 'content-length': _length, ...rest } = answer.headers;
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        res.writeHead(status, rest);
        res.end(Buffer.concat(chunks).toString().replaceAll(simulatorUrl, url));
      });
    });
    passedOn.once('error', () => res.destroy());
    req.pipe(passedOn);
  };
  const server = tls ? createTlsServer(tls, passOn) : createServer(passOn);
  const { port } = new URL(await listen(server));
  url = `http${tls ? 's' : ''}://${RUNWAY_NAME}:${port}`;
  return { url, close: () => close(server) };
}
