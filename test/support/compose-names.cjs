'use strict';

// Preloaded into a process: the names of Compose's network lead to this machine. Another address in their place
// would hide what the service thinks of a name that is not loopback.
const dns = require('node:dns');

const lookup = dns.lookup;
dns.lookup = (name, ...rest) => lookup(name === 'simulator' ? '127.0.0.1' : name, ...rest);
