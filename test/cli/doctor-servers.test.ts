import { describe, expect, it } from 'vitest'
import { judgeServer } from '../../src/cli/doctor/database.ts'
import type { ServerFacts } from '../../src/cli/doctor/database.ts'
import type { Finding } from '../../src/cli/doctor/finding.ts'
import { judgeRedis } from '../../src/cli/doctor/redis.ts'

/** The doctor before servers that no package of this machine brings. */

const complaintsOf = (findings: readonly Finding[]): readonly string[] =>
  findings.flatMap(({ verdict, says, doNext }) =>
    verdict === 'good' ? [] : [`${verdict} ${says} → ${doNext}`],
  )

describe('PostgreSQL', () => {
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
