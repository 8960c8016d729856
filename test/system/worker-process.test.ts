/** `src/worker/main.ts` as a process of its own that cannot do its work. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startProcess } from '../support/processes';
import { reservePort } from '../../tools/stack/reserve-port';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'reels-worker-process-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

test('a worker that does not reach Temporal ends, so that another can be started', async () => {
  const port = await reservePort();
  const settings = {
    DATA_DIR: dataDir,
    SIMULATOR: '1',
    RUNWAYML_BASE_URL: 'http://127.0.0.1:9',
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
  };
  await expect(startProcess(settings)).rejects.toThrow(/the worker ended: .*the worker has died/s);
});

test('a worker with a setting that cannot be names it and ends', async () => {
  const settings = { DATA_DIR: dataDir, SIMULATOR: '1', POLL_INTERVAL: 'soon' };
  await expect(startProcess(settings)).rejects.toThrow(/the worker ended: .*POLL_INTERVAL/s);
});
