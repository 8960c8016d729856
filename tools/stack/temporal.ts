/**
 * The Temporal binaries for tests, found as `npm start` finds its own. Every Jest worker may ask at once: the
 * cache is filled by renames, and each process looks only once.
 */
import { type FoundBinary, findTemporalCli, findTestServer } from '../../src/local/temporal/temporal-binary';

let cli: Promise<FoundBinary> | undefined;
let testServer: Promise<FoundBinary> | undefined;

/** For `TestWorkflowEnvironment.createLocal({ server: { executable: await temporalCli() } })`. */
export async function temporalCli(): Promise<{ type: 'existing-path'; path: string }> {
  cli ??= findTemporalCli({ cliPath: process.env['TEMPORAL_CLI_PATH'] || undefined });
  return { type: 'existing-path', path: (await cli).path };
}

/** For `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: await timeSkippingServer() } })`. */
export async function timeSkippingServer(): Promise<{ type: 'existing-path'; path: string }> {
  testServer ??= findTestServer();
  return { type: 'existing-path', path: (await testServer).path };
}
