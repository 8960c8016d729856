import { join } from 'node:path';

/** What a program needs that is not ours, or is given no secrets. */
const PLAIN = /^(?:PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|XDG_\w+|NODE_OPTIONS|NODE_EXTRA_CA_CERTS)$/;

/** What a download needs besides: the way out of here, whom to trust, and where pip's mirror is. */
const DOWNLOAD = /^(?:(?:https?|all|no)_proxy|SSL_CERT_(?:FILE|DIR)|REQUESTS_CA_BUNDLE|PIP_\w+)$/i;

/** Settings of another Temporal connection: on the embedded server they would turn TLS on, or send its key. */
const OTHER_CONNECTION = /^TEMPORAL_(?:API_KEY|TLS|TLS_\w+|PROFILE|GRPC_META_\w+|CODEC_\w+|CONFIG_FILE)$/;

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
