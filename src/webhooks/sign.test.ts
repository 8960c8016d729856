import { Webhook } from 'standardwebhooks';
import { signedHeaders } from './sign';

const secret = (text: string) => `whsec_${Buffer.from(text.padEnd(24)).toString('base64')}`;
const body = JSON.stringify({ type: 'reel.failed', data: { title: 'Søndag · 日曜' } });

test('during a rotation both the old and the new secret verify it, and no other does', () => {
  const headers = signedHeaders({ id: 'msg_1' }, body, [secret('old'), secret('new')], new Date());
  expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
  for (const known of ['old', 'new']) {
    expect(new Webhook(secret(known)).verify(body, headers)).toEqual(JSON.parse(body));
  }
  expect(() => new Webhook(secret('another')).verify(body, headers)).toThrow('No matching signature');
  expect(() => new Webhook(secret('new')).verify(`${body} `, headers)).toThrow('No matching signature');
});

test('its time is that of the try: a repeat of somebody else is too old after five minutes', () => {
  const headers = signedHeaders({ id: 'msg_1' }, body, [secret('new')], new Date(Date.now() - 301_000));
  expect(() => new Webhook(secret('new')).verify(body, headers)).toThrow('too old');
});
