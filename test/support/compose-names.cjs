'use strict';

// Preloaded into a process: the names of Compose's network lead to this machine. Another address in their place
// would hide what the service thinks of a name that is not loopback.
const dns = require('node:dns');

const addressOf = (name) => (name === 'simulator' ? '127.0.0.1' : name);
for (const resolver of [dns, dns.promises]) {
  const { lookup } = resolver;
  resolver.lookup = (name, ...rest) => lookup(addressOf(name), ...rest);
}
