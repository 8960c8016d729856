/** A folder as 0.1.0 kept it, with what there can be in one. */
import { createHash } from 'node:crypto';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import example from '../../src/storage/fixtures/reel.json';

export function lay(root: string, path: string, content: unknown, changedAt?: Date): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    typeof content === 'string' || Buffer.isBuffer(content) ? content : `${JSON.stringify(content)}\n`,
  );
  if (changedAt) utimesSync(file, changedAt, changedAt);
}

export const idOf = (letter: string) => letter.repeat(26);
export const ID = idOf('a');
const AT = '2026-11-30T10:00:00.000Z';
export const head = (id: string) => ({ ...example.head, id });
export const record = (id: string) => ({ ...example, head: head(id), workflowId: `reel-${id}` });
export const tombstone = (id: string) => ({
  schemaVersion: 1,
  id,
  client: 'local',
  bodyHash: 'x',
  deletedAt: AT,
});
/** Of its claims. */
export const ENTRY = {
  claimedAt: AT,
  sendBefore: '2026-11-30T10:00:05.000Z',
  answerBefore: '2026-11-30T10:01:10.000Z',
  sender: 'host process 1',
};
const CLAIMED = { kind: 'claimed', ...ENTRY };
const reserved = (reelId: string, credits: number, at = new Date().toISOString()) => ({
  kind: 'reserved',
  reelId,
  generation: 1,
  at,
  client: 'local',
  model: 'veo3.1_fast',
  credits,
});
const image = `${'1'.repeat(64)}.png`;

export function layOldFiles(root: string): void {
  lay(root, `reels/${ID}/order.json`, head(ID));
  lay(root, `reels/${ID}/reel.json`, record(ID));
  lay(root, `reels/${ID}/generation-1.mp4`, 'a video');
  lay(root, `reels/${ID}/claims/1.1`, CLAIMED);
  lay(root, `reels/${ID}/claims/1.2`, { kind: 'void' });
  lay(
    root,
    `reels/${ID}/claims/2.1`,
    `${JSON.stringify(CLAIMED)}\n\n{"kind":"created","at":"${AT}","runwayTaskId":"task-1"}\n`,
  );
  lay(root, `reels/${ID}/claims/3.1`, `${JSON.stringify(CLAIMED)}\n\n{"kind":"refused","at`);
  lay(root, `reels/${ID}/claims/4.1`, '\0\0\0', new Date('2026-11-30T12:00:00Z'));
  lay(root, `reels/${ID}/remakes/${idOf('c')}`, '', new Date('2026-11-30T12:00:00Z'));
  lay(root, `reels/${ID}/remakes/${idOf('b')}`, '', new Date('2026-11-30T13:00:00Z'));
  lay(root, `reels/${ID}/last-poll.1`, '');
  lay(root, `reels/${ID}/webhooks/msg_1.json`, {
    id: 'msg_1',
    body: { type: 'reel.succeeded', timestamp: AT, data: { id: ID } },
  });
  lay(root, `reels/${idOf('d')}/deleted.json`, tombstone(idOf('d')));
  lay(root, `reels/${idOf('d')}/claims/1.1`, CLAIMED);
  lay(root, `reels/${idOf('e')}/deletion.json`, tombstone(idOf('e')));
  lay(root, `reels/${idOf('e')}/reel.json`, record(idOf('e')));
  lay(root, 'ledger/0/0', reserved(ID, 80));
  lay(root, 'ledger/0/1', { kind: 'settled', reelId: ID, generation: 1, at: AT, charged: 60, uncertain: 0 });
  lay(root, 'ledger/0/2', '{"kind":"reser');
  lay(root, 'ledger/0/3', reserved(idOf('d'), 30));
  lay(root, `adopted-tasks/${createHash('sha256').update('task-9').digest('hex')}`, {
    reelId: ID,
    generation: 5,
  });
  lay(root, `image-uses/${image}/${ID}`, '');
  lay(root, `inputs/${image}`, 'an image');
  lay(root, `ended-sessions/${'2'.repeat(64)}`, '2027-01-01T00:00:00.000Z');
  lay(root, 'signing.key', Buffer.alloc(32, 7));
}
