/** The variables of the shifted clock (`npm run test:on`), for a process that does not inherit this one's variables. */
export const shiftedClock = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ['NETTERMS_CLOCK_OFFSET', 'LD_PRELOAD']
      .filter((name) => process.env[name] !== undefined)
      .map((name) => [name, process.env[name]]),
  );
