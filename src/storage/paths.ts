import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { cutText } from '../contract/text';
import { REEL_ID_PATTERN } from '../contract/reel';
import type { ClaimKey } from './claims/claims';
import { StorageError } from '../platform/files/disk-fault';

/**
 * Where everything is. The only place where IDs become paths: each is checked against its pattern first, so that
 * none can point outside of the root.
 *
 * ```
 * <root>/reels/<id>/order.json
 *                   reel.json
 *                   generation-<n>.mp4
 *                   claims/<generation>.<number>
 *                   last-poll.<generation>
 *                   remakes/<id>
 *                   webhooks/<event>.json
 *                   deletion.json
 *                   deleted.json
 *        adopted-tasks/<sha256 of a task ID>
 *        inputs/<sha256>.<png|jpg|webp>
 *        image-uses/<sha256>.<png|jpg|webp>/<id>
 *        ledger/<number / 100>/<number>, <number / 100>.json
 *        signing.key
 *        ended-sessions/<sha256>
 * ```
 */
export type Paths = ReturnType<typeof createPaths>;

export function createPaths(rootFolder: string) {
  const root = resolve(rootFolder);
  const reel = (id: string) => join(root, 'reels', checked(id, REEL_ID_PATTERN, 'reel ID'));
  return {
    root,
    reels: join(root, 'reels'),
    record: (reelId: string) => join(reel(reelId), 'reel.json'),
    order: (reelId: string) => join(reel(reelId), 'order.json'),
    video: (reelId: string, generation: number) =>
      join(reel(reelId), `generation-${count(generation, 'generation')}.mp4`),
    lastPoll: (reelId: string, generation: number) =>
      join(reel(reelId), `last-poll.${count(generation, 'generation')}`),
    claims: (reelId: string) => join(reel(reelId), 'claims'),
    claim: ({ reelId, generation, number }: ClaimKey) =>
      join(reel(reelId), 'claims', `${count(generation, 'generation')}.${count(number, 'claim')}`),
    /** @param name the part of a reference after `stored:`. */
    image: (name: string) => join(root, 'inputs', checked(name, IMAGE_NAME, 'stored image')),
    imageUses: (name: string) => join(root, 'image-uses', checked(name, IMAGE_NAME, 'stored image')),
    imageUse: (name: string, reelId: string) =>
      join(
        root,
        'image-uses',
        checked(name, IMAGE_NAME, 'stored image'),
        checked(reelId, REEL_ID_PATTERN, 'reel ID'),
      ),
    remakes: (reelId: string) => join(reel(reelId), 'remakes'),
    remake: (reelId: string, newId: string) =>
      join(reel(reelId), 'remakes', checked(newId, REEL_ID_PATTERN, 'reel ID')),
    webhook: (reelId: string, eventId: string) =>
      join(reel(reelId), 'webhooks', `${checked(eventId, EVENT_ID, 'event')}.json`),
    deletion: (reelId: string) => join(reel(reelId), 'deletion.json'),
    tombstone: (reelId: string) => join(reel(reelId), 'deleted.json'),
    /** Hashed, since Runway's IDs may have any form. */
    adoptedTask: (runwayTaskId: string) =>
      join(root, 'adopted-tasks', createHash('sha256').update(runwayTaskId).digest('hex')),
    ledger: join(root, 'ledger'),
    signingKey: join(root, 'signing.key'),
    endedSessions: join(root, 'ended-sessions'),
    endedSession: (id: string) => join(root, 'ended-sessions', checked(id, SHA256, 'session')),
  };
}

const EVENT_ID = /^msg_[\w-]{1,120}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const IMAGE_NAME = /^[0-9a-f]{64}\.(?:png|jpg|webp)$/;

function checked(text: string, pattern: RegExp, what: string): string {
  if (pattern.test(text)) return text;
  throw new StorageError('not_found', `${JSON.stringify(cutText(text, 100))} names no ${what}.`);
}

function count(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new StorageError('not_found', `${value} is no number of a ${what}: they count from 1.`);
}
