'use strict';

/**
 * Who may import whom: the tables of docs/architecture.md, as data and as rules of ESLint.
 */
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const SRC = path.join(ROOT, 'src');

/**
 * A line for every folder of src. `values`: rooms, or files of one, that may be imported; `types`: only by `import type`.
 * Of two that a file is in, the closer one counts.
 * A root puts a process together: it may import every room, and no other root.
 */
const ROOMS = {
  contract: {},
  domain: { values: ['contract'], types: ['contract/schemas'] },
  platform: { values: ['contract', 'domain'] },
  workflows: { values: ['contract', 'domain'], types: ['activities', 'contract/schemas'] },
  activities: {
    values: ['contract', 'domain', 'platform', 'runway', 'storage', 'webhooks'],
    types: ['database'],
  },
  runway: { values: ['contract', 'domain'] },
  database: { values: ['contract', 'domain', 'platform'] },
  storage: { values: ['contract', 'domain', 'platform', 'database', 'media'] },
  media: { values: ['contract', 'domain', 'platform'] },
  webhooks: { values: ['contract', 'domain', 'platform'] },
  api: {
    values: [
      ...[
        'contract',
        'domain',
        'platform',
        'storage',
        'media/video-check-note',
        'workflows/messages',
        'webhooks/receiver',
      ],
      // What is pure data. What asks Runway about the account is handed to the API by its `main.ts`.
      ...['runway/models', 'runway/failures'],
    ],
    types: ['workflows', 'database', 'runway/calls/account-reader'],
  },
  recovery: { values: ['contract', 'domain', 'platform', 'storage', 'workflows/webhooks/webhook-schedule'] },
  simulator: {},
  cli: { values: ['contract'], types: ['contract/schemas'] },
  web: { values: ['contract'], types: ['contract/schemas'] },
  worker: { root: true },
  local: { root: true },
  resume: { root: true },
  backup: { root: true },
};

/** A line for every folder of tools: what it may import that lies beside src. */
const TOOLS = {
  stack: [],
  bench: ['tools/stack', 'test/support'],
  faults: ['tools/stack', 'tools/bench', 'test/support'],
  histories: ['tools/stack', 'test/support'],
  docs: [],
  probe: [],
  mutations: [],
};

/** Read by what puts a process together, and handed on from there. */
const CONFIG = 'platform/config';

const isRoot = (room) => ROOMS[room]?.root === true;

/**
 * @param {string} from path of the file that imports, below src, such as `api/main.ts`
 * @param {string} target path of the module that it imports, below src and without an ending
 * @returns {'values' | 'types' | 'nothing'}
 */
function mayImport(from, target) {
  const [room, to] = [from.split('/')[0], target.split('/')[0]];
  if (room === to) return 'values';
  const isMain = /(?:^|-)main\.tsx?$/.test(path.posix.basename(from));
  if (isRoot(room) || isMain) return isRoot(to) ? 'nothing' : 'values';
  const { values = [], types = [] } = ROOMS[room] ?? {};
  const closest = (list) =>
    Math.max(0, ...list.filter((name) => `${target}/`.startsWith(`${name}/`)).map(({ length }) => length));
  if (target === CONFIG) return 'nothing';
  if (closest(types) > closest(values)) return 'types';
  return closest(values) > 0 ? 'values' : 'nothing';
}

/** A rule of ESLint. */
const imports = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const from = below(context.filename);
    if (from === undefined || /\.test\.tsx?$/.test(from)) return {};
    const room = from.split('/')[0];
    const check = (node, specifier, typeOnly) => {
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return;
      const target = below(path.resolve(path.dirname(context.filename), specifier));
      if (target === undefined)
        return context.report({ node, message: 'src imports nothing that is outside of it.' });
      const allowed = mayImport(from, target);
      if (allowed === 'values' || (allowed === 'types' && typeOnly)) return;
      const how = allowed === 'types' ? ' but by `import type`' : '';
      context.report({
        node,
        message: `src/${room} may not import src/${target}${how} (docs/architecture.md, "Who may import whom").`,
      });
    };
    const isType = (node) => node.importKind === 'type' || node.exportKind === 'type';
    return {
      Program: (node) => {
        if (!(room in ROOMS)) context.report({ node, message: `src/${room} has no line in tools/rooms.js.` });
      },
      ImportDeclaration: (node) => check(node, node.source.value, isType(node)),
      ExportNamedDeclaration: (node) => node.source && check(node, node.source.value, isType(node)),
      ExportAllDeclaration: (node) => check(node, node.source.value, isType(node)),
      ImportExpression: (node) => check(node, node.source.value, false),
      TSImportType: (node) => check(node, node.source?.value ?? node.argument?.literal?.value, true),
      CallExpression: (node) => {
        const { callee } = node;
        const loads =
          callee.name === 'require' ||
          (callee.object?.name === 'require' && callee.property.name === 'resolve');
        if (loads) check(node, node.arguments[0]?.value, false);
      },
    };
  },
};

/** A rule of ESLint. */
const tools = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const room = below(context.filename, __dirname)?.split('/')[0];
    const check = (node) => {
      if (!node.source?.value.startsWith('.')) return;
      const target = below(path.resolve(path.dirname(context.filename), node.source.value), ROOT);
      if (target === undefined || !/^(?:tools|test)\//.test(target)) return;
      if ([`tools/${room}`, ...TOOLS[room]].some((name) => target.startsWith(`${name}/`))) return;
      context.report({ node, message: `tools/${room} may not import ${target} (docs/architecture.md).` });
    };
    return {
      Program: (node) => {
        if (!(room in TOOLS))
          context.report({ node, message: `tools/${room} has no line in tools/rooms.js.` });
      },
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

function below(file, folder = SRC) {
  const relative = path.relative(folder, file);
  return relative.startsWith('..') ? undefined : relative.split(path.sep).join('/');
}

module.exports = { ROOMS, TOOLS, imports, mayImport, tools };
