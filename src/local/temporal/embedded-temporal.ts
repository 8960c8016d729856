/** The embedded server while the service starts: where it listens, and when it is started again. */
import { join } from 'node:path';
import type { Config } from '../../platform/config';
import { claimPort } from '../../platform/free-port';
import { LOOPBACK, urlOf } from '../local-url';
import type { ChildSpec, EndWhileStarting } from '../processes/child';
import { hiddenAddress, portWithoutBrowsers } from '../ui-proxy/hidden-address';
import { type UiDoor, uiDoorArgument } from '../ui-proxy/ui-proxy';
import { moveDamagedAside } from './temporal-database';
import { applyRetention, startDevArguments } from './temporal-server';

/** In DATA_DIR. */
export const DATABASE_FILE = 'temporal.db';

/** How often it is started again; one with a new database is not counted. */
const MOST_TIMES = 2;

export interface EmbeddedTemporalOptions {
  readonly cliPath: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly lockFile: string;
  readonly logFile: string;
  /** Created when missing. */
  readonly namespaces: readonly string[];
  /** Prints a line on the terminal. */
  readonly say: (line: string) => void;
}

type Settings = Pick<Config['temporal'], 'port' | 'uiPort' | 'uiUrl' | 'retentionMs'>;

/**
 * The server takes ports for its own parts as well, which nobody can name: it looks for free ones, and panics when another
 * program has one of them by the time that it listens. So it is started again when it ends while it starts.
 */
export class EmbeddedTemporal {
  private starts = 0;
  private port = 0;
  private uiPort = 0;
  private times = 0;
  private mended = false;
  private answered = false;

  constructor(
    private readonly settings: Settings,
    private readonly options: EmbeddedTemporalOptions,
  ) {}

  /** Of the last start. */
  get address(): string {
    return `${LOOPBACK}:${this.port}`;
  }

  /** Where people reach the UI of the last start. */
  get uiUrl(): string {
    return urlOf(LOOPBACK, this.uiPort);
  }

  /**
   * What the next start runs. Ports that no setting names are chosen anew.
   *
   * @throws PortInUseError where one that a setting names is taken.
   */
  async command(): Promise<ChildSpec['command']> {
    const { cliPath, lockFile, namespaces } = this.options;
    this.starts += 1;
    this.uiPort = await claimPort('TEMPORAL_UI_PORT', this.settings.uiPort, LOOPBACK);
    this.port = await claimPort('TEMPORAL_PORT', this.settings.port, LOOPBACK);
    const ui: UiDoor = {
      at: { host: LOOPBACK, port: this.uiPort },
      to: await hiddenAddress(),
      publicUrl: this.settings.uiUrl,
    };
    const server = startDevArguments({
      host: LOOPBACK,
      port: this.port,
      uiHost: ui.to.host,
      uiPort: ui.to.port,
      metricsPort: await portWithoutBrowsers(LOOPBACK),
      databaseFile: DATABASE_FILE,
      namespaces,
    });
    return [require.resolve('../processes/guard'), lockFile, uiDoorArgument(ui), cliPath, ...server];
  }

  /**
   * What it runs after it has ended while the service starts. Undefined: it has failed. So it has where it had answered before:
   * others may know its address by then.
   *
   * @throws PortInUseError as `command` does.
   */
  async again({ how, lines }: EndWhileStarting): Promise<ChildSpec['command'] | undefined> {
    if (this.answered) return undefined;
    if (this.mend(lines)) return this.command();
    if (this.times === MOST_TIMES) return undefined;
    this.times += 1;
    const { logFile, say } = this.options;
    say(
      `The Temporal server ended while starting (${how}); starting it again (${this.times} of ${MOST_TIMES} times). Its log: ${logFile}`,
    );
    return this.command();
  }

  /**
   * Whether the last start answers, with the times that histories are kept for.
   *
   * @throws Error while it does not. StartError when it refuses this time.
   */
  async isReady(): Promise<boolean> {
    const { starts, address } = this;
    await applyRetention(address, this.options.namespaces, this.settings.retentionMs);
    // Else the one that answered has ended.
    this.answered = starts === this.starts;
    return this.answered;
  }

  /** Once for each start of the service: a server that fails on a new database, too, has another problem. */
  private mend(lines: readonly string[]): boolean {
    const file = join(this.options.dataDir, DATABASE_FILE);
    const aside = this.mended ? undefined : moveDamagedAside(file, lines);
    if (aside === undefined) return false;
    this.mended = true;
    this.options.say(
      `Temporal's database cannot be read: ${lines.at(-1)}\nIt is now ${aside}. A new one is begun.`,
    );
    return true;
  }
}
