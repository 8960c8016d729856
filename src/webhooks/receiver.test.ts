import { webhookProblem } from './receiver';

const rules = { secrets: [{ client: 'site' }], allowLoopback: false };
const development = { ...rules, allowLoopback: true };
const problem = (url: string, of = rules) => webhookProblem(url, 'site', of);

test.each([
  ['https://example.org/hooks'],
  ['https://example.org:8443/hooks?for=us'],
  ['https://example.org./hooks'],
  ['https://8.8.8.8/'],
  ['https://[2606:4700:4700::1111]/'],
])('%s may be a receiver', (url) => {
  expect(problem(url)).toBeUndefined();
});

test('http would show the reel to everybody on the way', () => {
  expect(problem('http://example.org/')).toBe('webhookUrl must begin with https://.');
  expect(problem('http://example.org/', development)).toBe('webhookUrl must begin with https://.');
});

test.each([
  ['https://localhost/', 'localhost'],
  ['https://LOCALHOST./', 'localhost'],
  ['https://api.localhost/', 'api.localhost'],
  ['https://127.0.0.1/', '127.0.0.1'],
  ['https://127.0.0.1./', '127.0.0.1'],
  ['https://127.1/', '127.0.0.1'],
  ['https://2130706433/', '127.0.0.1'],
  ['https://0x7f000001/', '127.0.0.1'],
  ['https://0x7f.0.0.1/', '127.0.0.1'],
  ['https://0177.0.0.1/', '127.0.0.1'],
  ['https://１２７.０.０.１/', '127.0.0.1'],
  ['https://169.254.169.254/latest/meta-data', '169.254.169.254'],
  ['https://0xA9FEA9FE/', '169.254.169.254'],
  ['https://10.0.0.1/', '10.0.0.1'],
  ['https://0/', '0.0.0.0'],
  ['https://[::1]/', '::1'],
  ['https://[::]/', '::'],
  ['https://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
  ['https://[64:ff9b::10.0.0.1]/', '64:ff9b::a00:1'],
  ['https://[fd00::1]/', 'fd00::1'],
])('%s is no public address, however it is written', (url, host) => {
  expect(problem(url)).toBe(`webhookUrl must lead to a public address, and ${host} is none.`);
});

test('development opens this machine, and nothing else', () => {
  for (const url of [
    'http://127.0.0.1:9000/',
    'https://localhost/',
    'http://[::1]/',
    'http://localhost:3000/',
  ]) {
    expect(problem(url, development)).toBeUndefined();
  }
  for (const url of ['https://10.0.0.1/', 'https://169.254.169.254/', 'https://[::ffff:127.0.0.1]/']) {
    expect(problem(url, development)).toMatch('must lead to a public address');
  }
});

test('a client without a secret cannot have webhooks: nobody could tell that they are ours', () => {
  expect(webhookProblem('https://example.org/', 'app', rules)).toMatch('no secret that signs for "app"');
});
