import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identify, isRunning, type ProcessIdentity } from './process-identity';

/** A process and its purpose. */
export interface NamedProcess extends ProcessIdentity {
  readonly name: string;
  /** How long it may take to end after SIGTERM. */
  readonly stopGraceMs: number;
}

/** Content of the lock file. */
export interface LockContent {
  /** One for each start: distinguishes a lock from the one that replaced it. */
  readonly id: string;
  readonly supervisor: ProcessIdentity;
  /** The API's address, for the message to a start that is refused. */
  readonly address: string;
  /** In the order in which they are to be ended. */
  readonly children: readonly NamedProcess[];
}

/** Another start owns the folder. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
  constructor(readonly holder: LockContent) {
    super(`held by process ${holder.supervisor.pid}`);
  }
}

/**
 * The file that makes one start the owner of a data folder, and names its processes so that the next start can
 * end what a killed one left behind.
 */
export class DataDirLock {
  private constructor(
    private readonly path: string,
    private content: LockContent,
    /** Processes that a killed owner left behind; they may have ended since. */
    readonly leftovers: readonly NamedProcess[],
  ) {}

  /** @throws LockedError when a running process holds the lock. */
  static acquire(path: string, address: string): DataDirLock {
    const supervisor = identify(process.pid);
    if (!supervisor) throw new Error('This process does not find itself in the table of processes.');
    mkdirSync(dirname(path), { recursive: true });
    const content = { id: randomUUID(), supervisor, address, children: [] };
    return new DataDirLock(path, content, take(path, content));
  }

  /** Records what runs now: a child that is not named here could not be ended by the next start. */
  update(change: Partial<Pick<LockContent, 'address' | 'children'>>): void {
    this.content = { ...this.content, ...change };
    replace(this.path, this.content);
  }

  release(): void {
    rmSync(this.path, { force: true });
  }
}

/**
 * The lock as it stands; undefined when there is none.
 *
 * @throws Error when the file is not what `acquire` wrote.
 */
export function readLock(path: string): LockContent | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const content = JSON.parse(text) as LockContent;
    if (typeof content.id === 'string' && content.supervisor && content.children) return content;
  } catch {
    // Said below.
  }
  throw new Error(
    `${path} is damaged. Remove it, after making sure that no other npm start uses this folder.`,
  );
}

/**
 * Creates the lock, or takes it over from a dead holder, and returns that one's children. Two starts may find
 * the same dead lock: the right to replace it is itself a lock, named after the dead one, and whoever gets it
 * checks again before replacing, because the other may have been there in the meantime.
 */
function take(path: string, content: LockContent): readonly NamedProcess[] {
  for (;;) {
    if (create(path, content)) return [];
    const holder = readLock(path);
    if (holder === undefined) continue;
    if (isRunning(holder.supervisor)) throw new LockedError(holder);

    const right = `${path}.${holder.id}`;
    take(right, { ...content, id: randomUUID() });
    try {
      if (readLock(path)?.id !== holder.id) continue;
      // Until they are ended, the children belong to the new holder: it may be killed as well.
      replace(path, { ...content, children: holder.children });
      return holder.children;
    } finally {
      rmSync(right, { force: true });
    }
  }
}

/** Creates the file with its whole content at once; false when it exists. */
function create(path: string, content: LockContent): boolean {
  const whole = writeAside(path, content);
  try {
    linkSync(whole, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(whole, { force: true });
  }
}

function replace(path: string, content: LockContent): void {
  renameSync(writeAside(path, content), path);
}

function writeAside(path: string, content: LockContent): string {
  const aside = `${path}.${process.pid}.tmp`;
  writeFileSync(aside, `${JSON.stringify(content, null, 2)}\n`);
  return aside;
}
