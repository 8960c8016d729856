'use strict';
/** Threads of the product run its sources in tests, as its processes do: through the preload that they are given. */
const path = require('node:path');

process.execArgv.push('--require', path.join(__dirname, '../../tools/typescript.js'));
