'use strict';

// A preload: with SIGUSR2 the event loop of the process stands still for ever, as it does with a file that a parser never
// comes to the end of.
process.on('SIGUSR2', () => {
  for (;;);
});
