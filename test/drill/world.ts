import { mkdtemp, rm, chmod, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startFairlead } from '../flows/fairlead.ts'
import type { Fairlead, SandboxFile, Settings } from '../flows/fairlead.ts'
import { freePort } from '../redis.ts'
import { startDrillPostgres, startDrillRedis } from './servers.ts'
import type { PostgresServer, RedisServer } from './servers.ts'
import { supervise } from './supervised.ts'
import type { Supervised } from './supervised.ts'

/** Where the jobs are queued. */
export type Store = 'redis' | 'postgres'

/** A member of the crew: a gateway or a worker, with a clock that can be set. */
export interface Member extends Supervised {
  setClock(shiftMs: number): Promise<void>
}

/** Real processes and servers: two gateways, two workers, PostgreSQL, perhaps Redis, and the sandbox. */
export interface World {
  readonly store: Store
  readonly sandbox: SandboxFile
  readonly gateways: readonly (Member & { readonly url: string })[]
  readonly workers: readonly Member[]
  readonly postgres: PostgresServer
  readonly redis: RedisServer | undefined
  /** Writes what every process said into a directory of its own, and answers which. */
  keepLogs(): Promise<string>
  stop(): Promise<void>
}

export async function startWorld(store: Store, logLevel: string): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'fairlead-drill-'))
  await chmod(directory, 0o711) // as root, PostgreSQL runs as nobody and has to enter
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const stopOne of stops.toReversed()) await stopOne()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const postgres = await startDrillPostgres(join(directory, 'postgres'))
    stops.push(() => postgres.stop())
    const redis = store === 'redis' ? await startDrillRedis(join(directory, 'redis')) : undefined
    if (redis !== undefined) stops.push(() => redis.stop())
    const fairlead = await startFairlead({
      withoutGateway: true,
      settings: {
        DATABASE_URL: postgres.url,
        ...(redis && { REDIS_URL: redis.url }),
        FAIRLEAD_LOG_LEVEL: logLevel,
      },
    })
    stops.push(() => fairlead.stop())
    const crew = await startCrew(fairlead, directory)
    stops.push(async () => {
      await Promise.all(crew.all.map((member) => member.stop()))
    })
    await Promise.all(crew.all.map((member) => member.untilUp()))
    return {
      store,
      sandbox: fairlead.world(),
      gateways: crew.gateways,
      workers: crew.workers,
      postgres,
      redis,
      keepLogs: () => keepLogs(fairlead, store),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startCrew(fairlead: Fairlead, directory: string) {
  const { publicUrl, internalUrl } = fairlead.world()
  /** The bank sends its notices to the first gateway: it has the ports that the sandbox keeps for one. */
  const ports = [
    [new URL(publicUrl).port, new URL(internalUrl).port],
    [String(await freePort()), String(await freePort())],
  ] as const
  const member = (
    name: string,
    start: (settings: Settings) => ReturnType<Fairlead['addWorker']>,
  ) => {
    const clockFile = join(directory, `clock-${name}`)
    const settings = {
      NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'clock.ts')).href}`,
      DRILL_CLOCK: clockFile,
    }
    return {
      ...supervise(name, () => start(settings)),
      setClock: (shiftMs: number) => writeFile(clockFile, String(shiftMs)),
    }
  }
  const gateways = ports.map(([own, internal], index) => ({
    ...member(`gateway-${index + 1}`, (settings) =>
      fairlead.addGateway({
        ...settings,
        FAIRLEAD_PUBLIC_PORT: own,
        FAIRLEAD_INTERNAL_PORT: internal,
      }),
    ),
    url: `http://localhost:${own}`,
  }))
  const workers = [1, 2].map((number) =>
    member(`worker-${number}`, (settings) => fairlead.addWorker(settings)),
  )
  return { gateways, workers, all: [...gateways, ...workers] }
}

async function keepLogs(fairlead: Fairlead, store: Store): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `fairlead-drill-logs-${store}-`))
  await writeFile(join(directory, 'processes.log'), fairlead.said())
  return directory
}
