import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The median; for an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value below which `share` of the sorted values lie. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Rounded to three significant digits, as the tables show figures; larger values are rounded to whole numbers. */
export function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

/** CPU seconds (user and system) that a process has used, including its threads. Linux only. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** USER_HZ, which Linux keeps at 100 on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Resident memory of a process, in KiB. Linux only. */
export function residentKib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** Waits until a process has used less than a share of a core, by default a tenth, for two seconds. */
export async function untilIdle(pid: number, share = 0.1): Promise<void> {
  let calm = 0;
  await until('a process to be idle', async () => {
    const before = cpuSeconds(pid);
    await sleep(1_000);
    calm = cpuSeconds(pid) - before < share ? calm + 1 : 0;
    return calm === 2;
  });
}

/** Polls until `look` is true; fails after `withinMs` with what it waited for. */
export async function until(what: string, look: () => Promise<boolean>, withinMs = 300_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`gave up after waiting ${withinMs / 1000} s for ${what}`);
    await sleep(200);
  }
}
