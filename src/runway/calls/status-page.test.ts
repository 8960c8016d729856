import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isIncident, readStatusPage, serviceFinding } from './status-page';

const API = { id: 'w3jcq3dwljp4', name: 'Public API' };
const summary = (status: string, incidents: unknown[] = []) =>
  JSON.stringify({
    components: [
      { id: 'x', name: 'Web app', status: 'major_outage' },
      { ...API, status },
    ],
    incidents,
  });
const INCIDENT = {
  name: 'Elevated  errors\n',
  status: 'investigating',
  started_at: '2026-11-23T07:00:00.000Z',
  shortlink: 'https://stspg.io/abc',
  components: [API],
};

describe('what the status page says', () => {
  it('is that of the public API, and of no other component', () => {
    const service = serviceFinding(summary('operational'));
    expect(service).toEqual({ status: 'operational' });
    expect(service && isIncident(service)).toBe(false);
  });

  it('is an incident when the component is not operational', () => {
    expect(isIncident(serviceFinding(summary('degraded_performance')) ?? { status: 'operational' })).toBe(
      true,
    );
  });

  it('names an incident that is not over', () => {
    const service = serviceFinding(summary('operational', [INCIDENT]));
    expect(service).toEqual({
      status: 'operational',
      incident: {
        name: 'Elevated errors',
        url: 'https://stspg.io/abc',
        startedAt: '2026-11-23T07:00:00.000Z',
      },
    });
    expect(service && isIncident(service)).toBe(true);
  });

  it.each([
    ['is resolved', { ...INCIDENT, status: 'resolved' }],
    ['is about another component', { ...INCIDENT, components: [{ id: 'x', name: 'Web app' }] }],
    ['names no component', { ...INCIDENT, components: undefined }],
    ['is nothing', null],
  ])('leaves out an incident that %s', (_, incident) => {
    expect(serviceFinding(summary('operational', [incident]))).toEqual({ status: 'operational' });
  });

  it('keeps no link that could do harm', () => {
    const incident = { ...INCIDENT, shortlink: 'javascript:alert(1)', started_at: 'soon' };
    expect(serviceFinding(summary('operational', [incident]))?.incident).toEqual({ name: 'Elevated errors' });
  });

  it.each(['<html>', '{}', '[]', 'null', '{"components":[{"id":"x","name":"y","status":"operational"}]}'])(
    'is not to be had from %s',
    (text) => {
      expect(serviceFinding(text)).toBeUndefined();
    },
  );
});

describe('a read of the status page', () => {
  let server: Server | undefined;
  afterEach(() => new Promise((done) => (server ? server.close(done) : done(undefined))));

  async function readFrom(answer: RequestListener, signal = new AbortController().signal) {
    server = createServer(answer);
    await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    return readStatusPage(`http://127.0.0.1:${port}/status`, signal);
  }

  it('asks for the summary, without a key', async () => {
    let seen: unknown;
    const read = await readFrom((req, res) => {
      seen = [req.url, req.headers.authorization];
      res.setHeader('connection', 'close').end(summary('operational'));
    });
    expect(seen).toEqual(['/status/api/v2/summary.json', undefined]);
    expect(read).toEqual({ kind: 'service', service: { status: 'operational' } });
  });

  it.each<[string, RequestListener]>([
    ['an error', (_, res) => res.writeHead(503, { connection: 'close' }).end('{}')],
    ['a page', (_, res) => res.setHeader('connection', 'close').end('<html>')],
    ['a cut connection', (req) => req.socket.destroy()],
    [
      'an endless answer',
      (_, res) => {
        const more = () => {
          while (!res.destroyed && res.write('x'.repeat(65_536)));
        };
        res.on('drain', more).on('error', () => undefined);
        more();
      },
    ],
  ])('ends in words after %s', async (_, answer) => {
    expect(await readFrom(answer)).toMatchObject({
      kind: 'fault',
      words: expect.stringContaining('the status page gave no answer') as string,
    });
  });

  it('ends in words when it is told to stop', async () => {
    const stop = new AbortController();
    const read = readFrom(() => stop.abort(new Error('no answer in time')), stop.signal);
    expect(await read).toMatchObject({ kind: 'fault', words: expect.stringContaining('in time') as string });
    server?.closeAllConnections();
  });

  it('ends in words when nobody is there', async () => {
    expect(await readStatusPage('http://127.0.0.1:1', new AbortController().signal)).toMatchObject({
      kind: 'fault',
    });
  });
});
