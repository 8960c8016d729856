'use strict';

/**
 * Run after every `npm install` that changes package-lock.json: `npm run lock:complete`.
 *
 * npm leaves out of the lock file the optional packages that the registry at hand does not offer (those of other
 * platforms), and `npm ci` of npm 11 then refuses the file. This adds them with version and platform; they have no
 * hash, because nobody here has seen them. `test/contract/lock.test.ts` fails when one is missing.
 */
const fs = require('node:fs');

const FILE = 'package-lock.json';
const PLATFORM =
  /-(darwin|linux|win32|freebsd|android|openharmony)-(arm64|x64|ia32|arm|ppc64|s390x|riscv64|loong64)(?:-(gnu|musl|msvc|eabi|gnueabihf|musleabihf))?$/;
const LIBC = { gnu: ['glibc'], musl: ['musl'] };

const lock = JSON.parse(fs.readFileSync(FILE, 'utf8'));
const packages = lock.packages;
for (const [parent, entry] of Object.entries({ ...packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (packages[key] || packages[`${parent}/${key}`]) continue;
    const platform = PLATFORM.exec(name);
    if (!platform) throw new Error(`${name} names no platform: add it by hand`);
    const [, os, cpu, abi] = platform;
    packages[key] = {
      version,
      cpu: [cpu],
      ...(entry.dev ? { dev: true } : {}),
      ...(LIBC[abi] ? { libc: LIBC[abi] } : {}),
      optional: true,
      os: [os],
    };
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
fs.writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
