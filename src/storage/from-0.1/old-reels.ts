/** What 0.1.0 kept in files, reel by reel and beside the reels. Nothing is written here. */
import { opendir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { REEL_ID_PATTERN } from '../../contract/reel';
import type { ClaimKey, ClaimState, TaskOwner } from '../../database/claims';
import { ifPresent } from '../../platform/files/disk-fault';
import { isReadable, parseClaim } from './old-claims';
import { readOrNothing } from './old-ledger';
import { parseJson } from './parse-json';

/** Texts of files, as they are; undefined where there is none. */
export interface OldReel {
  readonly id: string;
  readonly folder: string;
  readonly ordered: string | undefined;
  readonly record: string | undefined;
  readonly deletion: string | undefined;
  readonly tombstone: string | undefined;
  readonly claims: readonly OldClaim[];
  /** IDs of the reels that were made again from it, oldest first. */
  readonly remakes: readonly string[];
  readonly events: readonly { readonly id: string; readonly path: string; readonly text: string }[];
}

export interface OldClaim {
  readonly key: ClaimKey;
  readonly path: string;
  readonly state: ClaimState;
  readonly readable: boolean;
}

export async function* readOldReels(root: string): AsyncIterable<OldReel> {
  for await (const entry of (await ifPresent(opendir(join(root, 'reels')))) ?? []) {
    const { name } = entry;
    if (entry.isDirectory() && REEL_ID_PATTERN.test(name))
      yield await readOldReel(join(root, 'reels', name), name);
  }
}

async function readOldReel(folder: string, id: string): Promise<OldReel> {
  const text = (name: string) => ifPresent(readOrNothing(join(folder, name)));
  return {
    id,
    folder,
    ordered: await text('order.json'),
    record: await text('reel.json'),
    deletion: await text('deletion.json'),
    tombstone: await text('deleted.json'),
    claims: await readClaims(join(folder, 'claims'), id),
    remakes: await readRemakes(join(folder, 'remakes')),
    events: await readEvents(join(folder, 'webhooks')),
  };
}

async function readClaims(folder: string, reelId: string): Promise<OldClaim[]> {
  const found: OldClaim[] = [];
  for (const name of await namesIn(folder)) {
    const [, generation, number] = /^([1-9]\d*)\.([1-9]\d*)$/.exec(name) ?? [];
    if (number === undefined) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    // One that the disk does not give any more is a claim all the same.
    const state = parseClaim(await readOrNothing(path), mtimeMs);
    const key = { reelId, generation: Number(generation), number: Number(number) };
    found.push({ key, path, state, readable: isReadable(state) });
  }
  return found;
}

async function readRemakes(folder: string): Promise<string[]> {
  const ids = (await namesIn(folder)).filter((name) => REEL_ID_PATTERN.test(name));
  const made = await Promise.all(ids.map(async (id) => ({ id, at: (await stat(join(folder, id))).mtimeMs })));
  return made.sort((a, b) => a.at - b.at || a.id.localeCompare(b.id)).map(({ id }) => id);
}

async function readEvents(folder: string): Promise<OldReel['events']> {
  const names = (await namesIn(folder)).filter((name) => /^msg_[\w-]{1,120}\.json$/.test(name));
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { id: name.slice(0, -'.json'.length), path, text: await readOrNothing(path) };
    }),
  );
}

/** A task that was adopted: 0.1.0 kept no more of its ID than the hash. */
export interface OldAdoption {
  readonly hash: string;
  readonly path: string;
  /** Undefined where that cannot be read: it belongs to some generation. */
  readonly owner: TaskOwner | undefined;
}

const ownerShape = z.object({ reelId: z.string(), generation: z.number() });

export async function readOldAdoptions(root: string): Promise<OldAdoption[]> {
  const folder = join(root, 'adopted-tasks');
  const hashes = (await namesIn(folder)).filter((name) => SHA256.test(name));
  return Promise.all(
    hashes.map(async (hash) => {
      const path = join(folder, hash);
      return { hash, path, owner: ownerShape.safeParse(parseJson(await readOrNothing(path))).data };
    }),
  );
}

export async function readOldImageUses(root: string): Promise<{ image: string; reelId: string }[]> {
  const folder = join(root, 'image-uses');
  const images = (await namesIn(folder)).filter((name) => /^[0-9a-f]{64}\.(?:png|jpg|webp)$/.test(name));
  const uses = await Promise.all(
    images.map(async (image) =>
      (await namesIn(join(folder, image)))
        .filter((name) => REEL_ID_PATTERN.test(name))
        .map((reelId) => ({ image, reelId })),
    ),
  );
  return uses.flat();
}

/** `expiresAtMs` is undefined where it cannot be read: ended it was. */
export async function readOldEndedSessions(
  root: string,
): Promise<{ id: string; expiresAtMs: number | undefined }[]> {
  const folder = join(root, 'ended-sessions');
  const ids = (await namesIn(folder)).filter((name) => SHA256.test(name));
  return Promise.all(
    ids.map(async (id) => {
      const at = Date.parse(await readOrNothing(join(folder, id)));
      return { id, expiresAtMs: Number.isNaN(at) ? undefined : at };
    }),
  );
}

/** @returns undefined where none was made; an empty one where it is no key. */
export async function readOldSigningKey(root: string): Promise<Buffer | undefined> {
  const key = await ifPresent(readFile(join(root, 'signing.key')));
  return key && (key.length === 32 ? key : Buffer.alloc(0));
}

const SHA256 = /^[0-9a-f]{64}$/;

async function namesIn(folder: string): Promise<string[]> {
  return (await ifPresent(readdir(folder))) ?? [];
}
