import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { findPostgresBinaries } from './binaries.ts'
import { ensureCluster, ensureDatabase, user } from './cluster.ts'
import { claimDirectory } from './ownership.ts'
import { clearLeftovers } from './postmaster.ts'
import { chooseRunAs } from './run-as.ts'
import type { RunAsWay } from './run-as.ts'
import { startServer } from './server.ts'
import type { Place } from './server.ts'

export interface EmbeddedPostgresOptions {
  /** Ours alone: the cluster, its password and its log lie below it; made when missing. */
  readonly dataDir: string
  /** Absent takes a free port. */
  readonly port?: number
  /** false gives up crash safety for speed; for tests only. */
  readonly durable: boolean
  /** How to run when we are root; absent: the first of all ways that works here. */
  readonly runAs?: readonly RunAsWay[]
}

export interface EmbeddedPostgres {
  readonly url: string
  readonly stop: () => Promise<void>
}

/**
 * Starts a real PostgreSQL from the npm binaries on a directory, creating the cluster at first. A
 * cluster left by a killed process is taken over.
 * @throws DataDirectoryInUse when another living process has it.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o711 }) // entered by nobody, read by us only
  const directory = await realpath(options.dataDir)
  const release = await claimDirectory(directory)
  try {
    const place = await findPlace(directory, options.runAs)
    await clearLeftovers(place.cluster)
    const password = await ensureCluster(place)
    const running = await startServer(place, options)
    const stop = once(async () => {
      await running.stop()
      await release()
    })
    const server = `postgres://${user}:${password}@127.0.0.1:${running.port}`
    await ensureDatabase(server).catch(async (error: unknown) => {
      await stop()
      throw error
    })
    return { url: `${server}/${user}`, stop }
  } catch (error) {
    await release()
    throw error
  }
}

async function findPlace(directory: string, ways?: readonly RunAsWay[]): Promise<Place> {
  const cluster = join(directory, 'cluster')
  const runAs = await chooseRunAs(cluster, await findPostgresBinaries(), { ways })
  return { directory, cluster, logFile: join(directory, 'postgres.log'), runAs }
}

function once(stop: () => Promise<void>): () => Promise<void> {
  let stopping: Promise<void> | undefined
  return () => (stopping ??= stop())
}
