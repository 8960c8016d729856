import type { IncomingMessage } from 'node:http';
import { isForeignPage } from './foreign-page';

const from = (headers: IncomingMessage['headers']) => ({ headers }) as IncomingMessage;

test.each([
  [{ host: 'evil.example' }],
  [{ host: 'evil.example:4010' }],
  [{ host: 'localhost.evil.example' }],
  [{ host: 'localhost@evil.example' }],
  [{}],
  [{ host: '127.0.0.1:4010', origin: 'http://evil.example' }],
  [{ host: '127.0.0.1:4010', origin: 'http://127.0.0.1:5173' }],
  [{ host: '127.0.0.1:4010', origin: 'null' }],
])('%j is a page elsewhere', (headers) => {
  expect(isForeignPage(from(headers), '127.0.0.1')).toBe(true);
});

test.each([
  [{ host: '127.0.0.1:4010' }],
  [{ host: 'localhost:4010' }],
  [{ host: '[::1]:4010' }],
  [{ host: '127.0.0.1:4010', origin: 'http://127.0.0.1:4010' }],
])('%j is not', (headers) => {
  expect(isForeignPage(from(headers), '127.0.0.1')).toBe(false);
});

test('it answers to the name that it was given', () => {
  expect(isForeignPage(from({ host: 'simulator:4010' }), '127.0.0.1', 'simulator')).toBe(false);
  expect(isForeignPage(from({ host: 'evil.example' }), '127.0.0.1', 'simulator')).toBe(true);
});

test('beyond loopback it has names of others, and pages elsewhere are still refused', () => {
  expect(isForeignPage(from({ host: 'simulator:4010' }), '0.0.0.0')).toBe(false);
  expect(isForeignPage(from({ host: 'simulator:4010', origin: 'http://evil.example' }), '0.0.0.0')).toBe(
    true,
  );
});
