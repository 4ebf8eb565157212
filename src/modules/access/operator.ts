/** The actor of what is done on the command line, whose access to the machine is not ours to check. */
export const OPERATOR = 'operator';
