// For `node --import`: at the signal SIGUSR2 this process's clock jumps a day ahead.
const DAY_MS = 86_400_000;
let ahead = 0;
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...given) {
    super(...(given.length > 0 ? given : [Real.now() + ahead]));
  }
  static now() {
    return Real.now() + ahead;
  }
};
process.on('SIGUSR2', () => {
  ahead = DAY_MS;
});
