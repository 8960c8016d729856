import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { WEBHOOK_TYPES } from '../../contract/schemas/webhook';
import type { WebhookEvent } from '../../domain/webhook';
import { replaceFile } from '../../platform/files/atomic-file';
import { ifPresent, onDisk } from '../../platform/files/disk-fault';
import { dropIfDeleted } from './drop-if-deleted';
import { prepareFolder } from '../../platform/files/folders';
import type { Paths } from '../paths';
import type { Storage } from '../storage';

const eventShape = z.object({
  id: z.string(),
  body: z.looseObject({
    type: z.enum(WEBHOOK_TYPES),
    timestamp: z.string(),
    data: z.looseObject({ id: z.string() }),
  }),
});

/** The events for receivers, a file each: only these are signed, whatever a signal brings. */
export function createDirectoryEvents(paths: Paths): Pick<Storage, 'keepEvent' | 'readEvent'> {
  return {
    async keepEvent(reelId, event) {
      const path = paths.webhook(reelId, event.id);
      await onDisk(`keep a webhook of reel ${reelId}`, async () => {
        await prepareFolder(dirname(path), paths.root);
        await replaceFile(path, `${JSON.stringify(event)}\n`);
        await dropIfDeleted(paths, reelId, path);
      });
    },

    async readEvent(reelId, eventId) {
      const path = paths.webhook(reelId, eventId);
      const text = await onDisk(`read a webhook of reel ${reelId}`, () => ifPresent(readFile(path, 'utf8')));
      if (text === undefined) return undefined;
      const { data } = eventShape.safeParse(parseJson(text));
      const isThis = data?.id === eventId && data.body.data.id === reelId;
      return isThis ? (data as unknown as WebhookEvent) : undefined;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
