import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { examineDatabase, judgeServer } from '../../src/cli/doctor/database.ts'
import type { ServerFacts } from '../../src/cli/doctor/database.ts'
import { doctor } from '../../src/cli/doctor/doctor.ts'
import { examineRedis, judgeRedis } from '../../src/cli/doctor/redis.ts'
import { writeEnvFile } from '../../src/cli/env-file.ts'
import { environmentNames } from '../../src/config/env.ts'
import { variables } from '../config/configuration.ts'
import { until } from '../until.ts'
import { complaintsOf } from './doctor-examined.ts'

/** The doctor before servers that no package of this machine brings. */

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done))
})

/** A server of which each connection is served like this; its port. */
async function serve(each: (socket: Socket) => void) {
  const server = createServer(each)
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}

describe('PostgreSQL', () => {
  it('that hangs up in the middle of a question is one that cannot be reached', async () => {
    const welcome = Buffer.from('5200000008000000005a0000000549', 'hex') // trusted, and ready
    const port = await serve((socket) => {
      socket.once('data', () => {
        socket.write(welcome)
        socket.once('data', () => socket.destroy())
      })
    })
    const databaseUrl = `postgres://ada@127.0.0.1:${port}/fairlead`
    const { findings } = await examineDatabase({ databaseUrl, holdsQueue: true })
    expect(complaintsOf(findings)).toEqual([
      'fault PostgreSQL cannot be reached: Connection terminated unexpectedly → Start it, or mend DATABASE_URL (user, password, host, database)',
    ])
  })

  const facts: ServerFacts = {
    version: 150_000,
    versionText: '15.0',
    encoding: 'UTF8',
    fsync: 'on',
    commits: 'on',
    connections: 60,
    isReplica: false,
    now: new Date(),
    hasQueue: true,
  }
  const look = (changes: Partial<ServerFacts> = {}, offMs = 0, holdsQueue = true) =>
    complaintsOf(judgeServer({ ...facts, ...changes }, { offMs, holdsQueue }))

  it('as it should be gives no reason to complain', () => {
    expect(look()).toEqual([])
    expect(judgeServer(facts, { offMs: 0, holdsQueue: true }).map(({ says }) => says)).toEqual([
      'PostgreSQL 15.0',
      'it stores UTF8',
      'what is committed survives a loss of power',
      'room for 60 connections',
      'its clock agrees with this machine’s',
      'the tables of the queue are there',
    ])
  })

  it('is wanted of version 15 or later', () => {
    expect(look({ version: 149_999, versionText: '14.99' })).toEqual([
      'fault PostgreSQL 14.99 is too old → Use 15 or later',
    ])
    expect(look({ version: 170_004 })).toEqual([])
  })

  it.each([
    { fsync: 'off', commits: 'on' },
    { fsync: 'on', commits: 'off' },
    { fsync: 'off', commits: 'off' },
  ])('must keep what it committed: fsync $fsync, synchronous_commit $commits', (changes) => {
    expect(look(changes)).toEqual([
      `fault a loss of power loses commits: fsync ${changes.fsync}, synchronous_commit ${changes.commits} → Set both to on: what is lost here was money`,
    ])
  })

  it.each(['local', 'remote_write', 'remote_apply'])('may commit by %s', (commits) => {
    expect(look({ commits })).toEqual([])
  })

  it('needs room for the connections of one process', () => {
    expect(look({ connections: 59 })).toEqual([
      'warning room for 59 connections only → One process takes up to 60: raise max_connections',
    ])
  })

  it('may have a clock two seconds off, in either direction', () => {
    const doNext = 'Let both follow a time server (NTP): deadlines are counted by this machine’s'
    expect(look({}, 2_000)).toEqual([])
    expect(look({}, -2_000)).toEqual([])
    expect(look({}, 2_600)).toEqual([
      `warning its clock is 3 s ahead of this machine’s → ${doNext}`,
    ])
    expect(look({}, -61_000)).toEqual([
      `warning its clock is 61 s behind this machine’s → ${doNext}`,
    ])
  })

  it('needs the tables of the queue only where it holds the queue', () => {
    expect(look({ hasQueue: false })).toEqual([
      'fault the tables of the queue are missing → Run fairlead migrate',
    ])
    expect(look({ hasQueue: false }, 0, false)).toEqual([])
  })

  it('has to take writes', () => {
    expect(look({ isReplica: true })).toEqual([
      'fault it is a replica and takes no writes → Point DATABASE_URL at the primary',
    ])
  })
})

describe('Redis', () => {
  const info = (facts: Readonly<Record<string, string>>) => {
    const lines = Object.entries(facts).map(([name, value]) => `${name}:${value}\r\n`)
    const text = `# Server\r\n${lines.join('')}`
    return `$${text.length}\r\n${text}\r\n`
  }
  const sound = { redis_version: '7.0.15', maxmemory_policy: 'noeviction', role: 'master' }

  /** One that says this when it is asked for INFO, first by the driver, then by the doctor, and then hangs up. */
  async function redisThat(...says: readonly string[]) {
    const open = new Set<Socket>()
    const port = await serve((socket) => {
      const left = [...says]
      open.add(socket.once('close', () => open.delete(socket)))
      socket.on('data', (asked) => {
        for (const [, word = ''] of String(asked).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
          const answer = word.toUpperCase() === 'INFO' ? left.shift() : '+OK\r\n'
          if (answer === undefined) socket.destroy()
          else socket.write(answer)
        }
      })
    })
    return { url: `redis://127.0.0.1:${port}`, open }
  }

  it('is asked what it says of itself, and let go', async () => {
    const { url, open } = await redisThat(info(sound), info(sound))
    expect(await examineRedis(url)).toEqual({
      part: 'Queue',
      findings: ['Redis 7.0.15', 'maxmemory-policy is noeviction', 'it takes writes'].map(
        (says) => ({ verdict: 'good', says }),
      ),
    })
    await until(() => open.size === 0, 'the end of the connection', 3_000)
    expect(open.size).toBe(0)
  })

  it('that is away, hangs up, or refuses to tell, cannot be reached, and the reason is said', async () => {
    const doNext = 'Start it, or mend REDIS_URL (password too)'
    const { url } = await redisThat(info(sound), '-NOPERM no permission to run info\r\n')
    const { url: hangsUpAtOnce } = await redisThat()
    const { url: hangsUpOnTheDoctor } = await redisThat(info(sound))
    for (const [of, reason] of [
      ['redis://127.0.0.1:1', 'connect ECONNREFUSED 127.0.0.1:1'],
      [url, 'NOPERM no permission to run info'],
      [hangsUpAtOnce, 'Connection is closed.'],
      [hangsUpOnTheDoctor, 'Connection is closed.'],
    ] as const) {
      expect(await examineRedis(of)).toEqual({
        part: 'Queue',
        findings: [{ verdict: 'fault', says: `Redis cannot be reached: ${reason}`, doNext }],
      })
    }
  })

  it('is not missed where PostgreSQL holds the queue', async () => {
    expect(await examineRedis(undefined)).toEqual({
      part: 'Queue',
      findings: [{ verdict: 'good', says: 'jobs and announcements go through PostgreSQL' }],
    })
  })

  const look = (changes: Readonly<Record<string, string>> = {}) => {
    const facts = {
      redis_version: '7.0.15',
      maxmemory: '0',
      maxmemory_policy: 'noeviction',
      role: 'master',
      ...changes,
    }
    const lines = Object.entries(facts).map(([name, value]) => `${name}:${value}`)
    return judgeRedis(`# Server\r\n${lines.join('\r\n')}\r\n`)
  }

  it('as it should be gives no reason to complain', () => {
    expect(look()).toEqual([
      { verdict: 'good', says: 'Redis 7.0.15' },
      { verdict: 'good', says: 'maxmemory-policy is noeviction' },
      { verdict: 'good', says: 'it takes writes' },
    ])
  })

  it.each(['6.2.0', '6.10.1', '7.0.0', '8.2'])('may be %s', (redis_version) => {
    expect(complaintsOf(look({ redis_version }))).toEqual([])
  })

  it.each(['6.1.9', '5.3.0', '2.8', ''])('must not be older than 6.2: “%s”', (redis_version) => {
    expect(complaintsOf(look({ redis_version }))).toEqual([
      `fault Redis ${redis_version} is too old → Use 6.2 or later`,
    ])
  })

  it('that drops keys is a fault once its memory has a limit, and a warning before', () => {
    const maxmemory_policy = 'volatile-lru'
    const said =
      'maxmemory-policy is volatile-lru → Set maxmemory-policy noeviction, or waiting jobs are dropped'
    expect(complaintsOf(look({ maxmemory_policy }))).toEqual([`warning ${said}`])
    expect(complaintsOf(look({ maxmemory_policy, maxmemory: '1048576' }))).toEqual([
      `fault ${said}`,
    ])
  })

  it('has to take writes', () => {
    expect(complaintsOf(look({ role: 'slave' }))).toEqual([
      'fault it is a slave and takes no writes → Point REDIS_URL at the primary',
    ])
  })
})

describe('the command', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-doctor-'))
    for (const name of Object.values(environmentNames)) vi.stubEnv(name, undefined)
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true })
  })

  /** What it prints of settings that lack a database and a file, and its exit code. */
  async function outcomeOf(...flags: readonly string[]) {
    const { DATABASE_URL: _, ...settings } = variables
    const file = join(folder, 'settings')
    await writeFile(file, writeEnvFile(settings))
    const said: unknown[] = []
    vi.spyOn(console, 'log').mockImplementation((line) => void said.push(line))
    const code = await doctor([...flags, '--env-file', file])
    return { code, said: said.join('\n') }
  }
  const doNext = 'See docs/configuration.md'

  it('says each part, what to do next and a verdict, and a fault by its exit code', async () => {
    expect(await outcomeOf()).toEqual({
      code: 1,
      said: `Settings
  ✗ FAIRLEAD_CONFIG is missing: the path of fairlead.yaml
      → ${doNext}
  ✗ DATABASE_URL is missing
      → ${doNext}

Database
  ? not looked at
      → Set DATABASE_URL

Queue
  ✓ jobs and announcements go through PostgreSQL

2 faults, 1 not looked at. Mend the faults before you start.`,
    })
  })

  it('says the same to a script', async () => {
    const { code, said } = await outcomeOf('--json')
    expect(code).toBe(1)
    expect(JSON.parse(said)).toEqual([
      {
        part: 'Settings',
        findings: [
          'FAIRLEAD_CONFIG is missing: the path of fairlead.yaml',
          'DATABASE_URL is missing',
        ].map((says) => ({ verdict: 'fault', says, doNext })),
      },
      {
        part: 'Database',
        findings: [{ verdict: 'unknown', says: 'not looked at', doNext: 'Set DATABASE_URL' }],
      },
      {
        part: 'Queue',
        findings: [{ verdict: 'good', says: 'jobs and announcements go through PostgreSQL' }],
      },
    ])
  })
})
