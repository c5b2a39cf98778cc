import { cpuMsOf } from './machine.ts'
import type { BenchProcess } from './processes.ts'
import type { BenchWorld } from './world.ts'

export interface Cost {
  /** Counts what happens meanwhile; `measured` answers calls per second. */
  during(measured: () => Promise<number>): Promise<number>
  /** CPU per call of each process that took part. */
  told(): string
}

/** What one call costs, as CPU time. Without a process: bare calls, made by the load itself. */
export function costOf(world: BenchWorld, process_?: BenchProcess): Cost {
  const readers: Readonly<Record<string, () => number>> = {
    ...(process_ !== undefined && { Fairlead: () => cpuMsOf(process_.pid) }),
    PostgreSQL: () => cpuMsOf(world.postmaster),
    'the load': () => cpuMsOf(process.pid),
  }
  const spent = new Map<string, number>()
  let calls = 0
  return {
    async during(measured) {
      const before = Object.entries(readers).map(([name, read]) => [name, read()] as const)
      const began = performance.now()
      const rate = await measured()
      calls += (rate * (performance.now() - began)) / 1_000
      for (const [name, ms] of before) {
        spent.set(name, (spent.get(name) ?? 0) + (readers[name]?.() ?? ms) - ms)
      }
      return rate
    },
    told: () =>
      [...spent].map(([name, ms]) => `${(ms / calls).toFixed(2)} ms of ${name}`).join(', '),
  }
}
