/** The variables of a clock that is shifted (`npm run test:on`), for a process that is given no others of this one. */
export const shiftedClock = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ['NETTERMS_CLOCK_OFFSET', 'LD_PRELOAD']
      .filter((name) => process.env[name] !== undefined)
      .map((name) => [name, process.env[name]]),
  );
