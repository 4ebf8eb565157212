import { serve } from '../../bench/helper.ts';
import { attacks } from './attacks.ts';
import type { Answers, Target } from './calls.ts';

/** The attacker is a process of its own, so that what it does does not disturb those who measure. */
const commands = {
  run: ({ index, target, ms }: { index: number; target: Target; ms: number }): Promise<Answers> =>
    attacks[index]!.run(target, Date.now() + ms),
};
export type Attacker = typeof commands;

serve(commands);
