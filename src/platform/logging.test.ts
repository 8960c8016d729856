import { createLogger, redact } from './logging';
import { writeNow } from './write-now';

jest.mock('./write-now', () => ({ writeNow: jest.fn() }));

const KEY = `key_${'0123456789abcdef'.repeat(8)}`;
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJrZXkiOiJ2aWRlbyJ9.c2lnbmF0dXJl';

/** The lines that `log` writes, as they leave the process. */
function written(log: (logger: ReturnType<typeof createLogger>) => void, secrets: string[] = []): string {
  const write = jest.mocked(writeNow).mockClear();
  log(createLogger('test', 'debug', secrets));
  return write.mock.calls.map(([, line]) => line).join('');
}

test.each([
  ['a Runway key', KEY],
  ['a key in capitals', KEY.toUpperCase().replace('KEY', 'key')],
  ['a secret of webhooks', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ['an API key in a header', 'Bearer abc.def-123~/+=='],
  ['another scheme', 'basic dXNlcjpwYXNz'],
  ['a JSON Web Token', JWT],
])('%s is cut out', (_what, secret) => {
  for (const text of [secret, `before ${secret} after`, JSON.stringify({ deep: [{ text: secret }] })]) {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('[redacted]');
  }
});

test.each([
  [
    `https://dnznrvs05pmza.cloudfront.net/a.mp4?_jwt=${JWT}`,
    'https://dnznrvs05pmza.cloudfront.net/a.mp4?[redacted]',
  ],
  [
    'http://127.0.0.1:3000/v1/reels/x/video?expires=1&signature=abc',
    'http://127.0.0.1:3000/v1/reels/x/video?[redacted]',
  ],
  ['/v1/reels/x/video?expires=1&signature=abc', '/v1/reels/x/video?[redacted]'],
  ['https://user:pass@example.org/hook', 'https://[redacted]@example.org/hook'],
])('of the link %s the address is left', (link, left) => {
  expect(redact(`see ${link} there`)).toBe(`see ${left} there`);
});

test('whole headers go, as text and as JSON inside of JSON', () => {
  const headers = {
    authorization: 'Own abc123',
    cookie: 'reels=abc.def; other=x',
    'set-cookie': ['reels=abc.def'],
  };
  const line = JSON.stringify({
    headers,
    text: JSON.stringify(headers),
    raw: 'Cookie: reels=abc.def\r\nHost: x',
  });
  const clean = redact(line);
  expect(clean).not.toMatch(/abc/);
  expect(JSON.parse(clean)).toMatchObject({ headers: { cookie: '[redacted]' } });
});

test('plain text stays as it is', () => {
  const text =
    'generation 1 submitted; is it right? see docs/runway-errors.md#internal_error, key_frame, cookies';
  expect(redact(text)).toBe(text);
});

test('an error leaves with its causes and stacks, and without what they quote', () => {
  const error = new Error('submit failed', { cause: new Error(`refused: Bearer ${'x'.repeat(20)} ${KEY}`) });
  const lines = written((logger) => {
    logger.error({ err: error }, 'one');
    logger.error({ error, nested: { url: `https://x.example/v.mp4?_jwt=${JWT}` } }, 'two');
  });
  expect(lines).toContain('submit failed');
  expect(lines).toContain('logging.test');
  expect(lines).not.toMatch(/x{20}|0123456789abcdef|eyJ/);
});

test('the process names secrets that look like none, and they go as well', () => {
  const odd = 'plain"word\\';
  const lines = written((logger) => logger.info({ odd, text: `it is ${odd}!` }, odd), [odd, '']);
  expect(lines).not.toContain('plain');
  expect(JSON.parse(lines)).toMatchObject({
    odd: '[redacted]',
    text: 'it is [redacted]!',
    msg: '[redacted]',
  });
});
