import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { startEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts'
import type { EmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts'
import { freePort } from '../redis.ts'
import { until } from '../until.ts'

/** A server of the drill's own, that can be killed and comes back with what was on its disk. */
export interface Server {
  readonly url: string
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

export interface PostgresServer extends Server {
  /** SIGKILL to one connection's process only: PostgreSQL then cuts all and recovers by itself. */
  killOneConnection(): void
}

const startLimitMs = 60_000

/** PostgreSQL with fsync on. */
export async function startDrillPostgres(dataDir: string): Promise<PostgresServer> {
  const port = await freePort()
  const begin = () => startEmbeddedPostgres({ dataDir, port, durable: true })
  let server: EmbeddedPostgres | undefined = await begin()
  const { url } = server
  const postmaster = async () => {
    const text = await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8')
    return Number(text.split('\n')[0])
  }
  let known = await postmaster()
  return {
    url,
    async kill() {
      for (const pid of [known, ...childrenOf(known)]) killHard(pid)
      await server?.stop()
      server = undefined
    },
    killOneConnection() {
      const connections = childrenOf(known).filter((pid) => commandOf(pid).includes('127.0.0.1('))
      const [one] = connections
      if (one !== undefined) killHard(one)
    },
    async start() {
      // Processes of the killed one may hold its shared memory for another moment.
      await until(
        async () => {
          server = await begin().catch(() => undefined)
          return server !== undefined
        },
        'PostgreSQL to start again',
        startLimitMs,
      )
      known = await postmaster()
    },
    stop: async () => server?.stop(),
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').map(Number).filter(Boolean)
  } catch {
    return []
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // gone already
  }
}

export interface RedisServer extends Server {
  /** FLUSHALL; answers how many keys there were. */
  flush(): Promise<number>
}

/** Redis that writes to its disk once a second, as it usually does. */
export async function startDrillRedis(dataDir: string): Promise<RedisServer> {
  await mkdir(dataDir, { recursive: true })
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dataDir]
  const keeping = ['--save', '', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction']
  let child: ChildProcess | undefined
  const end = async (signal: NodeJS.Signals) => {
    const ending = child
    ending?.kill(signal)
    await until(() => ending === undefined || hasEnded(ending), 'Redis to end', startLimitMs)
  }
  const start = async () => {
    child = spawn('redis-server', [...place, ...keeping], { stdio: 'ignore' })
    await until(() => answers(url), 'Redis to start', startLimitMs)
  }
  await start()
  return {
    url,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    flush: () =>
      withRedis(url, async (redis) => {
        const keys = await redis.dbsize()
        await redis.flushall()
        return keys
      }),
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null

const answers = (url: string): Promise<boolean> =>
  withRedis(url, (redis) => redis.ping()).then(
    (answer) => answer === 'PONG',
    () => false,
  )

async function withRedis<Answer>(
  url: string,
  call: (redis: Redis) => Promise<Answer>,
): Promise<Answer> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return await call(redis)
  } finally {
    redis.disconnect()
  }
}
