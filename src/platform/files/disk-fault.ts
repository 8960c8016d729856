export type StorageErrorCode = 'not_found' | 'bad_record' | 'bad_video' | 'no_room' | 'disk';

export class StorageError extends Error {
  override readonly name = 'StorageError';
  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Node's errors are known by `code`: under Jest they are not `instanceof Error`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(error) ?? '');
}

/** What a file operation gives; undefined when there is no such file. */
export async function ifPresent<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Does something with files.
 *
 * @param what completes "Could not …".
 * @throws StorageError `disk` in place of what the operating system says; other errors as they are.
 */
export async function onDisk<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof StorageError || code === undefined) throw error;
    throw new StorageError('disk', `Could not ${what}: ${WORDS[code] ?? code}.`, { cause: error });
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full (ENOSPC)',
  EDQUOT: 'the disk quota is used up (EDQUOT)',
  EACCES: 'this process may not write there (EACCES)',
  EROFS: 'the file system is read-only (EROFS)',
  EIO: 'the disk reports an error (EIO)',
  EMFILE: 'this process has too many files open (EMFILE)',
};

function codeOf(error: unknown): string | undefined {
  const code: unknown =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  // ENOSPC and its like; codes such as ERR_INVALID_ARG_TYPE are mistakes of ours.
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
