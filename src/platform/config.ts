/**
 * Every setting of the service, and the only reader of the environment. A bad value stops the start with a
 * line that names the variable and the fix.
 */
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { type Backend } from '../domain/backend';
import { parseDuration } from '../contract/duration';
import { isLoopbackHost } from './outbound/loopback';
import { ON_LOST_ANSWER, type OnLostAnswer } from '../contract/request';
import { STANDSTILL_LIMIT } from './event-loop-watch';
import { proxyFor, type ProxySettings, readProxies } from './outbound/proxies';

const RUNWAY_BASE_URL = 'https://api.dev.runwayml.com';
const RUNWAY_STATUS_URL = 'https://status.runwayml.com';

/** An empty value in `.env` means the same as no value. */
const unset = (value: unknown): unknown => (value === '' ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(unset, schema.optional());
const withDefault = <T extends z.ZodType>(schema: T, fallback: string) =>
  z.preprocess((value) => unset(value) ?? fallback, schema);

/** Bounded, because timers fire at once when asked to wait for more than 24 days: each submit would time out. */
const duration = (least: string, most: string) =>
  z.string().transform((text, context) => {
    const ms = parseDuration(text);
    if (ms === undefined) {
      context.addIssue({ code: 'custom', message: 'must be a duration such as 500ms, 30s, 10m, 2h or 7d' });
      return z.NEVER;
    }
    if (ms < (parseDuration(least) ?? 0) || ms > (parseDuration(most) ?? 0)) {
      context.addIssue({ code: 'custom', message: `must be between ${least} and ${most}` });
    }
    return ms;
  });
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be between ${least} and ${most}`);
const port = whole(0, 65_535);
/** In bytes; a megabyte is a million of them, as on disks. */
const bytes = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+ ?(?:MB|GB)?$/, 'must be a number of bytes, or a size such as 500MB or 2GB')
    .transform((text) => parseInt(text, 10) * (text.endsWith('MB') ? 1e6 : text.endsWith('GB') ? 1e9 : 1))
    .refine((n) => n >= least && n <= most, `must be between ${least / 1e6}MB and ${most / 1e9}GB`);
const flag = z.enum(['0', '1', 'true', 'false']).transform((text) => text === '1' || text === 'true');
const httpUrl = z
  .string()
  .refine((text) => /^https?:\/\/[^\s/]/.test(text) && URL.canParse(text), 'must be an http(s) URL')
  // It stands in histories, log lines and links.
  .refine((text) => !/[@?#]/.test(text), 'must not hold a user, a password, a query or a fragment')
  .transform((text) => text.replace(/\/+$/, ''));
const databaseUrl = z
  .string()
  .refine(
    (text) => /^postgres(?:ql)?:\/\/[^\s/]/.test(text) && URL.canParse(text),
    'must be postgres://user:password@host:port/database (not set: a file in DATA_DIR)',
  )
  .refine((text) => !text.includes('#'), 'must not hold a #: write %23 in a password');
const HOME = ['~', '$HOME', '${HOME}'];
/** A file or a folder. No shell reads its name here, so `~` and `$HOME` are expanded as a shell would. */
const place = z.string().transform((text, context) => {
  const [start = ''] = text.split('/');
  if (!/^[~$]/.test(start)) return text;
  if (HOME.includes(start) && homedir() !== '') return join(homedir(), text.slice(start.length));
  const message = `must not begin with ${start}: write the whole path (or ./${text} for a name that begins so)`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});
const origins = z
  .string()
  .transform((text) => listOf(text))
  .refine(
    (list) => list.every((entry) => URL.canParse(entry) && new URL(entry).origin === entry),
    'must be exact origins, such as https://example.org, separated by commas',
  );

/** Express's names for 127/8 and ::1, for link-local addresses, and for those of private networks. */
const PROXY_RANGES = ['loopback', 'linklocal', 'uniquelocal'];
const proxies = z
  .string()
  .transform((text) => listOf(text))
  .transform((list) => (list.join() === 'none' ? [] : list))
  .refine(
    (list) =>
      // Express takes no range of all addresses, and with it any caller could forge its address.
      list.every(
        (entry) =>
          PROXY_RANGES.includes(entry) ||
          isIP(entry) !== 0 ||
          (ipaddr.isValidCIDR(entry) && !/\/0+$/.test(entry)),
      ),
    'must be addresses, such as 203.0.113.7 or 203.0.113.0/24, loopback, linklocal or uniquelocal, separated by commas, or none',
  );

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

/** One client of the API. */
interface ApiKey {
  readonly client: string;
  /** Lower-case hex SHA-256 of the secret. A secret in plain text is hashed as soon as it is read. */
  readonly sha256: string;
}

const apiKeys = z.string().transform((text, context): ApiKey[] => {
  const keys: ApiKey[] = [];
  if (listOf(text).length === 0) {
    // For example two unset variables: that must not open the service to everybody.
    context.addIssue({ code: 'custom', message: 'holds no key: write name:secret, or leave it empty' });
  }
  for (const entry of listOf(text)) {
    const match = /^([a-z0-9][a-z0-9_-]{0,62}):(?:sha256:([0-9a-f]{64})|(?!sha256:)(\S{16,}))$/.exec(entry);
    if (!match?.[1]) {
      context.addIssue({
        code: 'custom',
        message: `entry ${keys.length + 1} must be name:secret (16 characters or more) or name:sha256:<64 hex digits>`,
      });
      return z.NEVER;
    }
    keys.push({ client: match[1], sha256: match[2] ?? sha256Hex(match[3] ?? '') });
  }
  return atMostTwoEach(keys, context);
});

/** Two are for a rotation. */
function atMostTwoEach<T extends { readonly client: string }>(secrets: T[], context: z.RefinementCtx): T[] {
  for (const { client } of secrets) {
    if (secrets.filter((entry) => entry.client === client).length <= 2) continue;
    const message = `${client} has more than two secrets (two are for a rotation)`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  return secrets;
}

/** Name of a client: of a key, of its caps and of its webhook secrets. */
const CLIENT_NAME = '[a-z0-9][a-z0-9_-]{0,62}';

const clientNames = z
  .string()
  .transform((text) => listOf(text))
  .refine(
    (names) => names.every((name) => new RegExp(`^${CLIENT_NAME}$`).test(name)),
    'must be names of REEL_API_KEYS, separated by commas',
  );

/** What signs the webhooks of one client. */
interface WebhookSecret {
  /** `local` while no keys are set. */
  readonly client: string;
  /** `whsec_` and base64, as Standard Webhooks writes it. */
  readonly secret: string;
}

const webhookSecrets = z.string().transform((text, context): WebhookSecret[] => {
  const secrets: WebhookSecret[] = [];
  for (const entry of listOf(text)) {
    const [, client = 'local', secret] =
      new RegExp(`^(?:(${CLIENT_NAME}):)?(whsec_[A-Za-z0-9+/]+={0,2})$`).exec(entry) ?? [];
    // 24 to 64 bytes, as the standard asks.
    const bytes = Buffer.from(secret?.slice('whsec_'.length) ?? '', 'base64').length;
    if (secret === undefined || bytes < 24 || bytes > 64) {
      const position = secrets.length + 1;
      const message = `entry ${position} must be whsec_<base64 of 24 to 64 bytes>, or name:whsec_<base64>; make one with: echo "whsec_$(openssl rand -base64 32)"`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
    secrets.push({ client, secret });
  }
  return atMostTwoEach(secrets, context);
});

const creditsByKey = z.string().transform((text, context): Readonly<Record<string, number>> => {
  const credits = new Map<string, number>();
  for (const entry of listOf(text)) {
    const [, client, amount] = new RegExp(`^(${CLIENT_NAME}):([1-9]\\d{0,8})$`).exec(entry) ?? [];
    if (client === undefined || credits.has(client)) {
      context.addIssue({
        code: 'custom',
        message: `entry ${credits.size + 1} must be name:credits, such as site:500, once for each key`,
      });
      return z.NEVER;
    }
    credits.set(client, Number(amount));
  }
  return Object.fromEntries(credits);
});

const schema = z.object({
  HOST: withDefault(z.string(), '127.0.0.1'),
  PORT: withDefault(port, '3000'),
  PUBLIC_URL: optional(httpUrl),
  CORS_ORIGINS: withDefault(origins, ''),
  TRUSTED_PROXIES: withDefault(proxies, 'none'),
  DATA_DIR: withDefault(place, './data'),
  DATABASE_URL: optional(databaseUrl),
  FFMPEG_PATH: optional(place),
  REEL_API_KEYS: optional(apiKeys),
  REEL_ADMINS: withDefault(clientNames, ''),
  CLIENT_REQUESTS_PER_SECOND: withDefault(whole(1, 100_000), '50'),
  CLIENT_REELS_IN_FLIGHT: withDefault(whole(1, 1_000_000), '200'),
  WEBHOOK_SECRET: withDefault(webhookSecrets, ''),
  WEBHOOK_ALLOW_LOOPBACK: withDefault(flag, '0'),
  METRICS_HOST: withDefault(z.string(), '127.0.0.1'),
  METRICS_PORT: optional(port),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(httpUrl),
  HEALTH_FILE: optional(place),
  STANDSTILL_LIMIT: withDefault(duration('5s', '1h'), STANDSTILL_LIMIT),
  LOG_LEVEL: withDefault(z.enum(['debug', 'info', 'warn', 'error']), 'info'),

  RUNWAYML_API_SECRET: optional(
    z
      .string()
      .min(8, 'is too short to be a key')
      .regex(/^[!-~]*$/, 'holds a space, a line break or another character that no key has'),
  ),
  RUNWAYML_BASE_URL: optional(httpUrl),
  RUNWAY_ACCOUNT: optional(z.string().max(100)),
  RUNWAY_STATUS_URL: optional(httpUrl),
  RUNWAY_API_KEY: optional(z.string()),
  SIMULATOR: withDefault(flag, '0'),
  SIMULATOR_HOST: withDefault(z.string(), '127.0.0.1'),
  SIMULATOR_PORT: withDefault(port, '0'),

  TEMPORAL_UI_URL: optional(httpUrl),
  TEMPORAL_PORT: withDefault(port, '7233'),
  TEMPORAL_UI_PORT: withDefault(port, '8233'),
  TEMPORAL_CLI_PATH: optional(place),
  TEMPORAL_RETENTION: withDefault(duration('1h', '3650d'), '30d'),
  TASK_QUEUE_PREFIX: withDefault(z.string().regex(/^[\w.-]{0,100}$/, 'may hold letters, digits, . _ -'), ''),

  REGENERATE_LIMIT: withDefault(whole(0, 20), '3'),
  REGENERATE_DELAY: withDefault(duration('0s', '1d'), '30s'),
  POLL_INTERVAL: withDefault(duration('10ms', '10m'), '5s'),
  SUBMIT_TIMEOUT: withDefault(duration('1s', '5m'), '60s'),
  ON_LOST_ANSWER: withDefault(z.enum(ON_LOST_ANSWER), 'ask'),
  LOST_ANSWER_QUIET: withDefault(duration('0s', '1d'), '60s'),
  HEARTBEAT_TIMEOUT: withDefault(duration('1s', '10m'), '30s'),
  OUTAGE_PATIENCE: withDefault(duration('0s', '30d'), '6h'),
  FALLBACK_WAIT: withDefault(duration('0s', '7d'), '3h'),
  STALL_PATIENCE: withDefault(duration('1s', '7d'), '30m'),
  REEL_DEADLINE: withDefault(duration('1s', '30d'), '48h'),
  DECISION_PATIENCE: withDefault(duration('0s', '365d'), '7d'),
  DEFAULT_MAX_CREDITS: optional(whole(1, 1_000_000)),
  DAILY_MAX_CREDITS: withDefault(whole(0, 1_000_000_000), '2000'),
  KEY_DAILY_MAX_CREDITS: withDefault(creditsByKey, ''),
  FETCH_PATIENCE: withDefault(duration('0s', '30d'), '24h'),
  REEL_RETENTION: optional(duration('1h', '3650d')),
  VIDEO_MAX_BYTES: withDefault(bytes(1e6, 1e11), '500MB'),
});

/** Names of all settings, for the test that holds `.env.example` against this file. */
export const SETTING_NAMES: readonly string[] = Object.keys(schema.shape);

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Base of all links; without a trailing slash. Unset: made from the address that the API listens on. */
  readonly publicUrl?: string;
  readonly corsOrigins: readonly string[];
  /** Proxies whose `X-Forwarded-For` is trusted: addresses, ranges, and names that Express knows. */
  readonly trustedProxies: readonly string[];
  readonly dataDir: string;
  /** `postgres://…`. Unset: a SQLite file in `dataDir`. */
  readonly databaseUrl?: string;
  /** The program, or the folder that holds it and ffprobe. Unset: searched on PATH. */
  readonly ffmpegPath?: string;
  /** Empty: no keys are asked for, and only loopback is bound. */
  readonly apiKeys: readonly ApiKey[];
  /** Names of the clients that see the account, the usage of all, metrics and links into Temporal. */
  readonly admins: readonly string[];
  /** What one client may do, where keys are set. */
  readonly limits: { readonly requestsPerSecond: number; readonly reelsInFlight: number };
  readonly webhooks: {
    readonly secrets: readonly WebhookSecret[];
    /** Development: receivers on this machine, also over http. */
    readonly allowLoopback: boolean;
  };
  /** Where the worker shows its metrics. */
  readonly metrics: {
    readonly host: string;
    /** Unset: nowhere. */
    readonly port?: number;
  };
  /** Base of an OTLP/HTTP collector, without a trailing slash. Unset: no traces are made. */
  readonly otlpEndpoint?: string;
  /** Reels that ended longer ago are deleted, in milliseconds. Unset: kept. */
  readonly reelRetentionMs?: number;
  /** The largest video that is fetched. */
  readonly videoMaxBytes: number;
  /** The worker touches it while its event loop runs. Unset: none. */
  readonly healthFile?: string;
  /** A process whose event loop stands still for longer is killed. */
  readonly standstillLimitMs: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly runway: {
    /** Unset: only the simulator can be used. */
    readonly apiSecret?: string;
    readonly baseUrl: string;
    readonly account?: string;
    /** Base of the status page, without a trailing slash. */
    readonly statusUrl: string;
    /** Whether `SIMULATOR` asks for the simulator at `baseUrl`. */
    readonly simulator: boolean;
  };
  /** For connections that leave this machine, by `HTTPS_PROXY` and the like. */
  readonly proxies: ProxySettings;
  readonly simulator: { readonly host: string; readonly port: number };
  readonly temporal: {
    readonly uiUrl?: string;
    readonly port: number;
    readonly uiPort: number;
    readonly cliPath?: string;
    readonly retentionMs: number;
    readonly taskQueuePrefix: string;
  };
  readonly policy: {
    readonly regenerateLimit: number;
    readonly regenerateDelayMs: number;
    readonly pollIntervalMs: number;
    readonly submitTimeoutMs: number;
    readonly onLostAnswer: OnLostAnswer;
    readonly lostAnswerQuietMs: number;
    readonly heartbeatTimeoutMs: number;
    readonly outagePatienceMs: number;
    readonly fallbackWaitMs: number;
    readonly stallPatienceMs: number;
    readonly reelDeadlineMs: number;
    readonly decisionPatienceMs: number;
    readonly fetchPatienceMs: number;
    readonly defaultMaxCredits?: number;
  };
  /** The most credits that all reels together may cost in each rolling 24 hours. */
  readonly budget: {
    /** Unset: no limit. */
    readonly dailyMaxCredits?: number;
    /** By the name of the API key; a key that is not here has no limit of its own. */
    readonly keyDailyMaxCredits: Readonly<Record<string, number>>;
  };
}

/** A setting that cannot be used. Its message has one line for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads and checks all settings.
 *
 * @throws ConfigError naming every bad variable and its fix.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n'),
    );
  }
  const s = parsed.data;
  const proxies = readProxies(env);
  const problems = [...crossChecks(s), ...proxyProblems(s, proxies)];
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return deepFreeze({
    host: s.HOST,
    port: s.PORT,
    publicUrl: s.PUBLIC_URL,
    corsOrigins: s.CORS_ORIGINS,
    trustedProxies: s.TRUSTED_PROXIES,
    dataDir: s.DATA_DIR,
    databaseUrl: s.DATABASE_URL,
    ffmpegPath: s.FFMPEG_PATH,
    apiKeys: s.REEL_API_KEYS ?? [],
    admins: s.REEL_ADMINS,
    limits: {
      requestsPerSecond: s.CLIENT_REQUESTS_PER_SECOND,
      reelsInFlight: s.CLIENT_REELS_IN_FLIGHT,
    },
    webhooks: { secrets: s.WEBHOOK_SECRET, allowLoopback: s.WEBHOOK_ALLOW_LOOPBACK },
    metrics: { host: s.METRICS_HOST, port: s.METRICS_PORT },
    otlpEndpoint: s.OTEL_EXPORTER_OTLP_ENDPOINT,
    reelRetentionMs: s.REEL_RETENTION,
    videoMaxBytes: s.VIDEO_MAX_BYTES,
    healthFile: s.HEALTH_FILE,
    standstillLimitMs: s.STANDSTILL_LIMIT,
    logLevel: s.LOG_LEVEL,
    runway: {
      apiSecret: s.RUNWAYML_API_SECRET,
      baseUrl: s.RUNWAYML_BASE_URL ?? RUNWAY_BASE_URL,
      account: s.RUNWAY_ACCOUNT,
      statusUrl: s.RUNWAY_STATUS_URL ?? (s.SIMULATOR ? `${s.RUNWAYML_BASE_URL}/status` : RUNWAY_STATUS_URL),
      simulator: s.SIMULATOR,
    },
    proxies,
    simulator: { host: s.SIMULATOR_HOST, port: s.SIMULATOR_PORT },
    temporal: {
      uiUrl: s.TEMPORAL_UI_URL,
      port: s.TEMPORAL_PORT,
      uiPort: s.TEMPORAL_UI_PORT,
      cliPath: s.TEMPORAL_CLI_PATH,
      retentionMs: s.TEMPORAL_RETENTION,
      taskQueuePrefix: s.TASK_QUEUE_PREFIX,
    },
    policy: {
      regenerateLimit: s.REGENERATE_LIMIT,
      regenerateDelayMs: s.REGENERATE_DELAY,
      pollIntervalMs: s.POLL_INTERVAL,
      submitTimeoutMs: s.SUBMIT_TIMEOUT,
      onLostAnswer: s.ON_LOST_ANSWER,
      lostAnswerQuietMs: s.LOST_ANSWER_QUIET,
      heartbeatTimeoutMs: s.HEARTBEAT_TIMEOUT,
      outagePatienceMs: s.OUTAGE_PATIENCE,
      fallbackWaitMs: s.FALLBACK_WAIT,
      stallPatienceMs: s.STALL_PATIENCE,
      reelDeadlineMs: s.REEL_DEADLINE,
      decisionPatienceMs: s.DECISION_PATIENCE,
      fetchPatienceMs: s.FETCH_PATIENCE,
      defaultMaxCredits: s.DEFAULT_MAX_CREDITS,
    },
    budget: {
      dailyMaxCredits: s.DAILY_MAX_CREDITS === 0 ? undefined : s.DAILY_MAX_CREDITS,
      keyDailyMaxCredits: s.KEY_DAILY_MAX_CREDITS,
    },
  });
}

function crossChecks(s: z.output<typeof schema>): string[] {
  const problems: string[] = [];
  if (s.RUNWAY_API_KEY !== undefined && s.RUNWAYML_API_SECRET === undefined) {
    problems.push(
      'RUNWAY_API_KEY is set, but the name is RUNWAYML_API_SECRET: rename it (unset, the simulator would be used).',
    );
  }
  if (s.SIMULATOR && s.RUNWAYML_API_SECRET !== undefined) {
    problems.push('SIMULATOR is on and RUNWAYML_API_SECRET is set: unset one of them.');
  }
  if (s.SIMULATOR && s.RUNWAYML_BASE_URL === undefined) {
    problems.push('SIMULATOR is on: set RUNWAYML_BASE_URL to the address of the simulator.');
  }
  const loopback = isLoopbackUrl(s.RUNWAYML_BASE_URL ?? RUNWAY_BASE_URL);
  if (s.RUNWAYML_BASE_URL?.startsWith('http:') && !loopback && !s.SIMULATOR) {
    problems.push(
      'RUNWAYML_BASE_URL must be https (http would send the key in the clear), or a loopback address.',
    );
  }
  if (s.POLL_INTERVAL < 5_000 && !loopback) {
    problems.push(
      'POLL_INTERVAL must be 5s or more: Runway asks for it (less only with a loopback RUNWAYML_BASE_URL).',
    );
  }
  const clients = s.REEL_API_KEYS?.map(({ client }) => client);
  const named = {
    KEY_DAILY_MAX_CREDITS: Object.keys(s.KEY_DAILY_MAX_CREDITS),
    REEL_ADMINS: s.REEL_ADMINS,
    WEBHOOK_SECRET: s.WEBHOOK_SECRET.map(({ client }) => client),
  };
  for (const [setting, names] of Object.entries(named)) {
    // A worker is not given the keys, and has nothing to hold the names against.
    for (const name of clients ? names.filter((each) => !clients.includes(each)) : []) {
      problems.push(
        name === 'local' && setting === 'WEBHOOK_SECRET'
          ? 'WEBHOOK_SECRET has a secret without a name: with REEL_API_KEYS each client has its own, name:whsec_....'
          : `${setting} names ${name}, and REEL_API_KEYS has no key of that name.`,
      );
    }
  }
  if (!isLoopbackHost(s.HOST) && (s.REEL_API_KEYS ?? []).length === 0) {
    problems.push(`HOST ${s.HOST} can be reached by others: set REEL_API_KEYS, or bind 127.0.0.1.`);
  }
  return problems;
}

/** A proxy that Runway would be called through, and that cannot be used. Practice needs none. */
function proxyProblems(s: z.output<typeof schema>, proxies: ProxySettings): string[] {
  if (s.RUNWAYML_API_SECRET === undefined) return [];
  const proxy = proxyFor(new URL(s.RUNWAYML_BASE_URL ?? RUNWAY_BASE_URL), proxies);
  return proxy && 'problem' in proxy ? [`${proxy.variable} ${proxy.problem}.`] : [];
}

/**
 * The backend that this process calls, and binds new reels to.
 *
 * @throws ConfigError when there is neither a key nor an order to use the simulator.
 */
export function backendOf(config: Config): Backend {
  const { apiSecret, baseUrl, account, simulator } = config.runway;
  if (simulator) return { kind: 'simulator', baseUrl };
  if (apiSecret === undefined) {
    throw new ConfigError(
      'RUNWAYML_API_SECRET is not set. Get a key at https://dev.runwayml.com, or set SIMULATOR=1 and ' +
        'RUNWAYML_BASE_URL to use the simulator (npm start does that by itself).',
    );
  }
  return { kind: 'runway', baseUrl, ...(account === undefined ? {} : { account }) };
}

/**
 * For whoever answers HTTP: the worker writes PUBLIC_URL into webhooks, and is given no keys.
 *
 * @throws ConfigError for a public URL of a service without keys.
 */
export function requireKeysInPublic({ publicUrl, apiKeys }: Pick<Config, 'publicUrl' | 'apiKeys'>): void {
  if (publicUrl === undefined || apiKeys.length > 0 || isLoopbackUrl(publicUrl)) return;
  throw new ConfigError(
    `PUBLIC_URL ${publicUrl} is reached by others, and without REEL_API_KEYS whoever comes through its proxy spends your ` +
      'credits: set REEL_API_KEYS to name:secret (the secret: openssl rand -hex 24), or leave PUBLIC_URL out.',
  );
}

export function isLoopbackUrl(url: string): boolean {
  return isLoopbackHost(new URL(url).hostname);
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const child of Object.values(value)) {
    if (typeof child === 'object' && child !== null) deepFreeze(child as object);
  }
  return Object.freeze(value);
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
