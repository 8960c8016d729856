import { type Backend, describeBackend, sameBackend } from './backend';

const runway: Backend = { kind: 'runway', baseUrl: 'https://api.dev.runwayml.com' };
const named: Backend = { ...runway, account: 'site' };
const elsewhere: Backend = { ...runway, baseUrl: 'https://runway.example' };
const simulator: Backend = { kind: 'simulator', baseUrl: 'http://127.0.0.1:4000' };

test.each([
  ['itself', runway, { ...runway }],
  ['itself by name', named, { ...named }],
  ['the simulator at another port', simulator, { ...simulator, baseUrl: 'http://127.0.0.1:5000' }],
])('a worker calls for a reel of %s', (_, own, bound) => {
  expect(sameBackend(own, bound)).toBe(true);
});

test.each([
  ['another address', runway, elsewhere],
  ['a named account, when it knows no name', runway, named],
  ['no named account, when it has a name', named, runway],
  ['another account', named, { ...named, account: 'other' }],
  ['the simulator', runway, simulator],
  ['Runway, when it is set up for the simulator', simulator, runway],
  ['Runway at the address of its simulator', simulator, { ...runway, baseUrl: simulator.baseUrl }],
])('a worker never calls for a reel of %s', (_, own, bound) => {
  expect(sameBackend(own, bound)).toBe(false);
});

test('a backend is named so that people can tell it from another', () => {
  expect([runway, named, simulator].map(describeBackend)).toEqual([
    'https://api.dev.runwayml.com',
    'https://api.dev.runwayml.com (account site)',
    'the simulator',
  ]);
});
