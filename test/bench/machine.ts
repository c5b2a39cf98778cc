import { readFileSync, readdirSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { Client } from 'pg'

const ticksPerSecond = 100 // USER_HZ, the same on every Linux of today

/**
 * CPU time of a process and of its children, those that ended included, in milliseconds; without those
 * of our own process, which are what is measured.
 */
export function cpuMsOf(pid: number): number {
  if (pid === process.pid) return cpuMs(pid).own
  const { own, ended } = cpuMs(pid)
  return childrenOf(pid).reduce((sum, child) => sum + cpuMs(child).own, own + ended)
}

/** Of one process, and of its children that ended. A process that is gone has used nothing. */
function cpuMs(pid: number): { readonly own: number; readonly ended: number } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number)
    const ms = (ticks: number | undefined) => ((ticks ?? 0) * 1_000) / ticksPerSecond
    return { own: ms(utime) + ms(stime), ended: ms(cutime) + ms(cstime) }
  } catch {
    return { own: 0, ended: 0 }
  }
}

export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => parentOf(one) === pid)
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}

/** Memory of a process that is in RAM, in MB. */
export function residentMbOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 'NaN') / 1_024
}

/** What the figures were measured on. */
export async function describeMachine(databaseUrl: string): Promise<string> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ readonly version: string; readonly durable: string }>(
      `select current_setting('server_version') as version,
         'fsync ' || current_setting('fsync') || ', synchronous_commit '
           || current_setting('synchronous_commit') as durable`,
    )
    const [server] = rows
    const memory = Math.round(totalmem() / 1024 ** 3)
    const cpu = cpus()[0]?.model.trim() ?? 'unknown'
    const cores = `${availableParallelism()} cores (${cpu}), ${memory} GB`
    // Figures that were taken beside other work show here.
    const busy = `load average before ${loadavg()[0]?.toFixed(1)}`
    return `${cores}, ${busy}; Node ${process.versions.node}; PostgreSQL ${server?.version} (${server?.durable})`
  } finally {
    await client.end()
  }
}
