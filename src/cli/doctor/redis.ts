import { Redis } from 'ioredis'
import { examine, expectThat, fault, good, warning } from './finding.ts'
import type { Examined, Finding } from './finding.ts'

const oldestVersion = [6, 2] as const

/** Redis, where it is used: it must never drop a job for want of memory. */
export function examineRedis(redisUrl: string | undefined): Promise<Examined> {
  const part = 'Queue'
  if (redisUrl === undefined) {
    const findings = [good('jobs and announcements go through PostgreSQL')]
    return Promise.resolve({ part, findings })
  }
  return examine(
    part,
    () => withRedis(redisUrl, async (redis) => judgeRedis(await redis.info())),
    (reason) =>
      fault(`Redis cannot be reached: ${reason}`, 'Start it, or mend REDIS_URL (password too)'),
  )
}

async function withRedis<Answer>(
  url: string,
  work: (redis: Redis) => Promise<Answer>,
): Promise<Answer> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let cause: unknown
  redis.on('error', (error) => (cause = error)) // the call under way says only that the connection closed
  try {
    await redis.connect()
    return await work(redis)
  } catch (error) {
    throw cause ?? error
  } finally {
    redis.disconnect()
  }
}

/** Judges what Redis says of itself when asked for INFO. */
export function judgeRedis(info: string): readonly Finding[] {
  const factOf = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
  const version = factOf('redis_version')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor, oldestMinor] = oldestVersion
  const isNewEnough = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
  return [
    expectThat(
      isNewEnough,
      `Redis ${version}`,
      fault(`Redis ${version} is too old`, `Use ${oldestVersion.join('.')} or later`),
    ),
    ofPolicy(factOf('maxmemory_policy'), factOf('maxmemory')),
    ofRole(factOf('role')),
  ]
}

/** Without a limit of memory nothing is dropped either, but the limit may come. */
function ofPolicy(policy: string, memoryMax: string): Finding {
  const says = `maxmemory-policy is ${policy}`
  const doNext = 'Set maxmemory-policy noeviction, or waiting jobs are dropped'
  if (policy === 'noeviction') return good(says)
  return memoryMax === '0' ? warning(says, doNext) : fault(says, doNext)
}

const ofRole = (role: string): Finding =>
  expectThat(
    role === 'master',
    'it takes writes',
    fault(`it is a ${role} and takes no writes`, 'Point REDIS_URL at the primary'),
  )
