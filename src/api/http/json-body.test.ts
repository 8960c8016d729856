import { gzipSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import { type Api, startApi } from '../../../test/support/api';
import { requireJson } from './json-body';
import { Problem } from './problem';

describe('a body', () => {
  const BODY = JSON.stringify({ promptText: 'A boat' });
  let api: Api;
  beforeAll(async () => {
    api = await startApi({ options: { namespace: 'default' } } as unknown as Client);
  });
  afterAll(() => api.close());

  test.each<[string, string | Buffer, number]>([
    ['', BODY, 200],
    ['Identity', BODY, 200],
    ['GZIP', gzipSync(BODY), 200],
    ['identity, gzip,', gzipSync(BODY), 200],
    ['gzip, gzip', gzipSync(gzipSync(BODY)), 415],
    ['constructor', BODY, 415],
    ['__proto__', BODY, 415],
  ])('with Content-Encoding %j is answered as it is meant', async (encoding, body, status) => {
    const { status: got } = await api.fetch('/v1/estimate', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      body,
    });
    expect(got).toBe(status);
  });
});

test.each([
  'application/json',
  'APPLICATION/JSON',
  ' application/json ',
  'application/json;',
  'application/json; charset=utf-8',
  'application/json;charset=UTF-8',
  'application/json ; charset=utf8',
  'application/json; charset=UTF8',
  'application/json; charset="utf-8"',
  'application/json; charset="UTF8"',
  'application/json; charset="\\u\\t\\f-8"',
  "application/json; charset='utf-8'",
  'application/json; charset=utf_8',
  'application/json; Charset=Utf-8',
  'application/json; charset = utf-8',
  'application/json; charset=unicode-1-1-utf-8',
  'application/json; charset=csUTF8',
  'application/json; charset=US-ASCII',
  'application/json; charset=',
  'application/json;; charset=utf-8;',
  'application/json; version=1; charset=utf8; profile="a;b, \\"charset=latin1\\""',
  'application/json; charset=utf-8; charset=UTF8',
])('%s is JSON in UTF-8', (type) => {
  expect(() => requireJson(type)).not.toThrow();
});

const refusalOf = (type: string | undefined) => {
  try {
    requireJson(type);
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('no problem was thrown');
};

test.each([
  ['iso-8859-1', 'iso-8859-1'],
  ['"ISO-8859-1"', 'ISO-8859-1'],
  ['utf-16', 'utf-16'],
  ['UTF16LE', 'UTF16LE'],
  ['utf-7', 'utf-7'],
  ['utf-80', 'utf-80'],
  ['utf-8; charset=latin1', 'latin1'],
])('the charset %s is refused by its name', (charset, name) => {
  const { status, code, detail } = refusalOf(`application/json; charset=${charset}`);
  expect({ status, code, detail }).toEqual({
    status: 415,
    code: 'unsupported_media_type',
    detail: `Send the JSON in UTF-8: the Content-Type says charset=${name}.`,
  });
});

test.each([
  undefined,
  '',
  'text/plain',
  'text/plain; charset=utf-8',
  'text/plain; application/json',
  'application/jsonp',
  'application/json-seq',
  'application/json/x',
  'application/json charset=utf-8',
  'application/json, text/plain',
  'application/json; charset="utf-8',
  'application/json; =utf-8',
  'multipart/form-data',
])('%s is no JSON', (type) => {
  expect(refusalOf(type)).toMatchObject({ status: 415, detail: expect.stringContaining('as JSON') });
});
