/**
 * The proxy before Temporal's Web UI as a process of its own, for docker-compose.yml. `npm start` has it in the guard.
 *
 * Arguments: where it listens and where the UI is, each as host:port. TEMPORAL_UI_URL is how people reach it.
 */
import { printable } from '../../contract/text';
import { onShutdown } from '../../platform/process-lifetime';
import { writeNow } from '../../platform/write-now';
import type { Address } from './hidden-address';
import { openUiDoor } from './ui-proxy';

async function main([at, to]: readonly (string | undefined)[]): Promise<void> {
  const publicUrl = process.env['TEMPORAL_UI_URL'] || undefined;
  const server = await openUiDoor({ at: addressOf(at), to: addressOf(to), publicUrl });
  onShutdown(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
}

function addressOf(text = ''): Address {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (host === undefined) throw new Error(`"${text}" is not host:port.`);
  return { host, port: Number(port) };
}

main(process.argv.slice(2)).catch((error: unknown) => {
  writeNow('stderr', `${printable(error instanceof Error ? error.message : String(error))}\n`);
  process.exit(1);
});
