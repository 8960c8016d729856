import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** Before the first test that needs it: the build, as it is started and killed, and as workers take its workflows from it. */
export default function globalSetup(): void {
  const script = path.join(__dirname, '../../scripts/build.js');
  const { status } = spawnSync(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error('The build failed.');
}
