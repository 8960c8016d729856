import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes';
import { localTemporal, temporalCli } from '../../tools/stack/temporal';
import { ROOT } from '../support/compose-file';

const SCRIPT = join(ROOT, 'deploy/temporal/setup-namespaces.sh');

let server: TestWorkflowEnvironment;
let bin: string;

beforeAll(async () => {
  server = await localTemporal({ extraArgs: ['--log-level', 'never'] });
  bin = await mkdtemp(join(tmpdir(), 'temporal-bin-'));
  await symlink(await temporalCli(), join(bin, 'temporal'));
});

afterAll(async () => {
  await server.teardown();
  await rm(bin, { recursive: true });
});

test('the set-up of namespaces can be repeated, and a later retention replaces the earlier one', async () => {
  const setUp = (retention: string) =>
    promisify(execFile)('sh', [SCRIPT], {
      env: {
        PATH: `${bin}:${process.env['PATH']}`,
        TEMPORAL_ADDRESS: server.address,
        TEMPORAL_RETENTION: retention,
      },
    });
  await setUp('30d');
  await setUp('7d');

  const { workflowService, operatorService } = server.connection;
  for (const namespace of ['default', 'simulated']) {
    const { config } = await workflowService.describeNamespace({ namespace });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(7 * 24 * 3600);
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    expect(Object.keys(customAttributes ?? {})).toEqual(
      expect.arrayContaining(SEARCH_ATTRIBUTES.map(({ name }) => name)),
    );
  }
});
