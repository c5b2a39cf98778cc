import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { until } from './until.ts'

/** True when this machine has Redis; suites that need it say so when they are skipped. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0
if (!hasRedis)
  process.stderr.write('SKIPPED: redis-server is not installed, tests on Redis do not run\n')

export interface TestRedis {
  readonly url: string
  readonly stop: () => Promise<void>
  /** Ends it the hard way and starts it anew on the same port, empty. */
  readonly restart: () => Promise<void>
}

/** A Redis of this test file alone, in memory. */
export async function startRedis(): Promise<TestRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'fairlead-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const start = async () => {
    const args = ['--port', String(port), '--save', '', '--bind', '127.0.0.1', '--dir', directory]
    const child = spawn('redis-server', args, { stdio: 'ignore' })
    await until(() => answers(url), 'Redis to start')
    return child
  }
  let child = await start()
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal)
    await until(() => child.exitCode !== null || child.signalCode !== null, 'Redis to end')
  }
  return {
    url,
    restart: async () => {
      await end('SIGKILL')
      child = await start()
    },
    stop: async () => {
      await end('SIGTERM')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return true
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}

/** A port that nobody has at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      )
    })
  })
}
