// For `node --import`: the clock of the process is a day ahead.
const AHEAD_MS = 24 * 3_600_000;
const Now = Date;

globalThis.Date = class extends Now {
  constructor(...given) {
    super(...(given.length === 0 ? [Now.now() + AHEAD_MS] : given));
  }

  static now() {
    return Now.now() + AHEAD_MS;
  }
};
