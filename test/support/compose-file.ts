/** Reads docker-compose.yml as Compose does: merge keys, then variables, then names without a value. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const ROOT = join(__dirname, '../..');

export interface ComposeService {
  image: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  networks?: string[];
  profiles?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  restart?: string;
  init?: boolean;
  read_only?: boolean;
  user?: string;
  privileged?: boolean;
  tmpfs?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  mem_limit?: string;
  stop_grace_period?: string;
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, unknown>;
}

/**
 * @param env what `.env` and the shell would give.
 * @throws Error with the file's own message where a needed variable is missing.
 */
export function readComposeFile(env: Readonly<Record<string, string>>): ComposeFile {
  const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const file = interpolate(parse(text, { merge: true }), env) as ComposeFile;
  for (const service of Object.values(file.services)) {
    service.environment = Object.fromEntries(
      Object.entries(service.environment ?? {})
        .map(([name, value]) => [name, (value as unknown) === null ? env[name] : String(value)] as const)
        .filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  }
  return file;
}

/** The lines `NAME=value` of a file for `docker compose --env-file`. */
export function readEnvFile(path: string): Record<string, string> {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
  return Object.fromEntries(lines.filter((line) => /^\w+=/.test(line)).map((line) => line.split(/=(.*)/, 2)));
}

function interpolate(value: unknown, env: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{(\w+)(?:(:-|:\?)([^}]*))?\}/g, (_, name: string, operator, rest) => {
      if (env[name]) return env[name];
      if (operator === ':?') throw new Error(`${name}: ${rest}`);
      return rest ?? '';
    });
  }
  if (Array.isArray(value)) return value.map((item) => interpolate(item, env));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolate(item, env)]));
  }
  return value;
}
