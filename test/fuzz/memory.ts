import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { until } from '../until.ts'

const usage = z.object({
  rss: z.number(),
  heapUsed: z.number(),
  external: z.number(),
  /** In microseconds, since its start. */
  cpu: z.object({ user: z.number(), system: z.number() }),
})

export type MemoryUsage = z.infer<typeof usage>

export interface Probed {
  readonly pid: number
  readonly memoryFile: string
}

/** How much a process has in use after its garbage was collected. */
export async function measureMemory({ pid, memoryFile }: Probed): Promise<MemoryUsage> {
  const before = linesOf(memoryFile).length
  process.kill(pid, 'SIGUSR2')
  await until(() => linesOf(memoryFile).length > before, 'the memory to be measured', 20_000)
  return usage.parse(JSON.parse(linesOf(memoryFile).at(-1) ?? ''))
}

const linesOf = (file: string): readonly string[] => {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1)
  } catch {
    return []
  }
}

/** What may be more in use at the end than after the first quarter; beyond it something is kept for ever. */
export const growthMax = { heapUsed: 24 * 2 ** 20, external: 16 * 2 ** 20 }

export function faultsOfGrowth(name: string, usages: readonly MemoryUsage[]): readonly string[] {
  const [first, last] = [usages[0], usages.at(-1)]
  if (first === undefined || last === undefined) return []
  return (['heapUsed', 'external'] as const).flatMap((kind) => {
    const grown = last[kind] - first[kind]
    if (grown <= growthMax[kind]) return []
    const course = usages.map((one) => megabytes(one[kind])).join(', ')
    return [`the memory of the ${name} grows: ${kind} in MB ${course}`]
  })
}

export const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)

/** How long a process computed for each request, in milliseconds, after the first quarter. */
export function cpuPerRequest(usages: readonly MemoryUsage[], requests: number): number {
  const [first, last] = [usages[0], usages.at(-1)]
  if (first === undefined || last === undefined) return 0
  return (total(last) - total(first)) / 1_000 / ((requests * 3) / 4)
}

const total = ({ cpu }: MemoryUsage): number => cpu.user + cpu.system
