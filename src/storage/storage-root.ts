import path from 'node:path';
import type { Backend } from '../domain/backend';

/** Where a backend's reels are kept: simulated and real ones never share a folder. */
export function storageRoot(dataDir: string, backend: Backend): string {
  return path.resolve(dataDir, backend.kind === 'simulator' ? 'simulated' : 'runway');
}
