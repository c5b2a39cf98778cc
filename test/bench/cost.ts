import { cpuMsOf } from './machine.ts'
import type { BenchProcess } from './processes.ts'
import type { BenchWorld } from './world.ts'

export interface Cost {
  /** Counts what happens meanwhile; `measured` answers calls per second. */
  during(measured: () => Promise<number>): Promise<number>
  /** CPU per call of the process under test and of PostgreSQL. */
  told(): string
}

/** What one call costs, as CPU time of the processes that took part. */
export function costOf(world: BenchWorld, process_: BenchProcess): Cost {
  let calls = 0
  let own = 0
  let database = 0
  return {
    async during(measured) {
      const [ownBefore, databaseBefore] = [cpuMsOf(process_.pid), cpuMsOf(world.postmaster)]
      const began = performance.now()
      const rate = await measured()
      calls += (rate * (performance.now() - began)) / 1_000
      own += cpuMsOf(process_.pid) - ownBefore
      database += cpuMsOf(world.postmaster) - databaseBefore
      return rate
    },
    told: () =>
      `${(own / calls).toFixed(2)} ms CPU of Fairlead, ${(database / calls).toFixed(2)} ms of PostgreSQL`,
  }
}
