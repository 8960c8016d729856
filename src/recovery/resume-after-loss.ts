import { Client, type Connection } from '@temporalio/client';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../platform/files/atomic-file';
import { ifPresent, onDisk } from '../platform/files/disk-fault';
import { prepareFolder } from '../platform/files/folders';
import { ensureSearchAttributes } from '../platform/temporal/ensure-search-attributes';
import { type ResumeDeps, type Resumed, resumeReels } from './resume-reels';

/** Beside the reels, so that they and what is known of their Temporal are never parted. */
const NOTE = 'temporal-namespace';

/**
 * Resumes what storage has unfinished where the namespace is another one than the last time: every database gives
 * its namespaces new IDs. The note is written when all is started, so that a start that breaks off is made good.
 *
 * @param always also in the namespace that is noted.
 * @returns undefined when it is the same.
 */
export async function resumeAfterLoss(
  connection: Connection,
  namespace: string,
  {
    root,
    always = false,
    ...deps
  }: Omit<ResumeDeps, 'client'> & { readonly root: string; readonly always?: boolean },
): Promise<Resumed | undefined> {
  const note = join(root, NOTE);
  const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
  const id = namespaceInfo?.id ?? '';
  const noted = await onDisk('read the note about Temporal', () => ifPresent(readFile(note, 'utf8')));
  if (!always && noted === id) return undefined;
  await ensureSearchAttributes(connection.operatorService, namespace);
  const resumed = await resumeReels({ ...deps, client: new Client({ connection, namespace }) });
  await onDisk('note which Temporal has the reels', async () => {
    await prepareFolder(root, root);
    await replaceFile(note, id);
  });
  return resumed;
}
