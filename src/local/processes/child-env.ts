import { join } from 'node:path';
import type { Config } from '../../platform/config';

/** Variables for a program that is not ours, or gets no secrets. */
const PLAIN = /^(?:PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|XDG_\w+|NODE_OPTIONS|NODE_EXTRA_CA_CERTS)$/;

/** Further ones for a download: proxies, trusted certificates, pip's mirror. */
const DOWNLOAD = /^(?:(?:https?|all|no)_proxy|SSL_CERT_(?:FILE|DIR)|REQUESTS_CA_BUNDLE|PIP_\w+)$/i;

/** Settings of another Temporal connection: on the embedded server they would turn TLS on, or send its key. */
const OTHER_CONNECTION = /^TEMPORAL_(?:API_KEY|TLS|TLS_\w+|PROFILE|GRPC_META_\w+|CODEC_\w+|CONFIG_FILE)$/;

/** Further ones for our own processes: proxies, collectors, Temporal, trusted certificates, Node and the SDK's core. */
const RUNNING =
  /^(?:(?:https?|all|no|grpc|no_grpc)_proxy|SSL_CERT_(?:FILE|DIR)|NODE_(?:ENV|PATH|ICU_DATA|NO_WARNINGS|TLS_REJECT_UNAUTHORIZED|DEBUG\w*|USE_\w+)|UV_\w+|(?:LD|DYLD)_\w+|MALLOC_\w+|RUST_(?:LOG|BACKTRACE)|GRPC_\w+|OTEL_\w+)$/i;
const CONNECTION =
  /^TEMPORAL_(?:ADDRESS|NAMESPACE|UI_URL|API_KEY|TLS|TLS_\w+|PROFILE|GRPC_META_\w+|CODEC_\w+|CONFIG_FILE)$/;

/** Which process gets which setting. */
export const SETTINGS_OF = {
  both: [
    'PUBLIC_URL',
    'DATA_DIR',
    'DATABASE_URL',
    'REEL_API_KEYS',
    'REEL_ADMINS',
    'WEBHOOK_SECRET',
    'WEBHOOK_ALLOW_LOOPBACK',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'STANDSTILL_LIMIT',
    'LOG_LEVEL',
    // The API reads the account with it.
    'RUNWAYML_API_SECRET',
    'RUNWAYML_BASE_URL',
    'RUNWAY_ACCOUNT',
    'RUNWAY_STATUS_URL',
    'SIMULATOR',
    'TEMPORAL_UI_URL',
    'TASK_QUEUE_PREFIX',
    'REGENERATE_LIMIT',
    'REGENERATE_DELAY',
    'POLL_INTERVAL',
    'SUBMIT_TIMEOUT',
    'ON_LOST_ANSWER',
    'LOST_ANSWER_QUIET',
    'HEARTBEAT_TIMEOUT',
    'OUTAGE_PATIENCE',
    'FALLBACK_WAIT',
    'STALL_PATIENCE',
    'REEL_DEADLINE',
    'DECISION_PATIENCE',
    'DEFAULT_MAX_CREDITS',
    'DAILY_MAX_CREDITS',
    'KEY_DAILY_MAX_CREDITS',
    'FETCH_PATIENCE',
  ],
  api: [
    'HOST',
    'PORT',
    'CORS_ORIGINS',
    'TRUSTED_PROXIES',
    'CLIENT_REQUESTS_PER_SECOND',
    'CLIENT_REELS_IN_FLIGHT',
  ],
  worker: ['FFMPEG_PATH', 'METRICS_HOST', 'METRICS_PORT', 'HEALTH_FILE', 'REEL_RETENTION', 'VIDEO_MAX_BYTES'],
  /** The supervisor's own, and those of the simulator, which get to it by arguments of its own. */
  neither: [
    'RUNWAY_API_KEY',
    'SIMULATOR_HOST',
    'SIMULATOR_PORT',
    'TEMPORAL_PORT',
    'TEMPORAL_UI_PORT',
    'TEMPORAL_CLI_PATH',
    'TEMPORAL_RETENTION',
  ],
} as const;

/** Placeholders for secrets that a process need not know, but has to know to exist. */
const NO_KEY = `sha256:${'0'.repeat(64)}`;
const NO_SECRET = `whsec_${Buffer.alloc(24).toString('base64')}`;

/**
 * The environment of the API or a worker: its own settings and no others. The API compares digests of keys and signs no
 * webhook; a worker signs, and needs no keys.
 */
export function childEnv(
  of: 'api' | 'worker',
  env: NodeJS.ProcessEnv,
  { apiKeys, webhooks }: Pick<Config, 'apiKeys' | 'webhooks'>,
): NodeJS.ProcessEnv {
  const settings = new Set<string>([...SETTINGS_OF.both, ...SETTINGS_OF[of]]);
  const own = keep(
    env,
    (name) => settings.has(name) || PLAIN.test(name) || RUNNING.test(name) || CONNECTION.test(name),
  );
  const keys = apiKeys.map(({ client, sha256 }) => `${client}:${of === 'api' ? `sha256:${sha256}` : NO_KEY}`);
  if (keys.length > 0) own['REEL_API_KEYS'] = keys.join();
  if (of === 'api' && webhooks.secrets.length > 0) {
    own['WEBHOOK_SECRET'] = webhooks.secrets.map(({ client }) => `${client}:${NO_SECRET}`).join();
  }
  return own;
}

/** The environment without secrets, for processes that need none. */
export function plainEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return keep(env, (name) => PLAIN.test(name));
}

/** The same, for a program that fetches something. */
export function downloadEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return keep(env, (name) => PLAIN.test(name) || DOWNLOAD.test(name));
}

/** The environment with the connection to an embedded server in place of any other. */
export function embeddedTemporalEnv(
  env: NodeJS.ProcessEnv,
  embedded: {
    readonly address: string;
    readonly namespace: string;
    readonly uiUrl: string;
    readonly dataDir: string;
  },
): NodeJS.ProcessEnv {
  return {
    ...keep(env, (name) => !OTHER_CONNECTION.test(name)),
    // Names no file: an empty one is not accepted, and unset means the profile in the home folder.
    TEMPORAL_CONFIG_FILE: join(embedded.dataDir, 'no-temporal-profile.toml'),
    TEMPORAL_ADDRESS: embedded.address,
    TEMPORAL_NAMESPACE: embedded.namespace,
    TEMPORAL_UI_URL: env['TEMPORAL_UI_URL'] || embedded.uiUrl,
  };
}

function keep(env: NodeJS.ProcessEnv, wanted: (name: string) => boolean): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => wanted(name)));
}
