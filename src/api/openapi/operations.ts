import type { Operation } from './operation';
import { documentOperations } from './operations/document';
import { legacyOperations } from './operations/legacy';
import { reelOperations } from './operations/reels';
import { serviceOperations } from './operations/service';

/** Every call of the API by `METHOD /path`. A route without an entry here fails a test. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...reelOperations,
  ...serviceOperations,
  ...documentOperations,
  ...legacyOperations,
};
