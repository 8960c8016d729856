/** Loaded before a process of the service: at SIGUSR2 its clock goes wrong by what CLOCK_FILE says, in ms. */
const { readFileSync } = require('node:fs');

const RightDate = Date;

process.on('SIGUSR2', () => {
  const offset = Number(readFileSync(process.env.CLOCK_FILE, 'utf8'));
  const now = () => RightDate.now() + offset;
  globalThis.Date = class extends RightDate {
    constructor(...args) {
      super(...(args.length === 0 ? [now()] : args));
    }

    static now() {
      return now();
    }
  };
});
