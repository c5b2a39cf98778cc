import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { reportOf } from '../../../src/usecases/health/finding.ts'
import {
  judgePayouts,
  judgePublishedKey,
  judgeUnmatched,
} from '../../../src/usecases/health/judge-money.ts'
import {
  judgeClock,
  judgeCollecting,
  judgeStop,
} from '../../../src/usecases/health/judge-network.ts'
import {
  judgeMigrations,
  judgeQueue,
  judgeRelay,
  judgeWorkers,
} from '../../../src/usecases/health/judge-storage.ts'
import type { AccountBacklog, Backlog } from '../../../src/usecases/ports/backlog-records.ts'
import type { JobFigure } from '../../../src/usecases/ports/job-figures.ts'
import { quiet } from '../../builders/backlog.ts'

const now = new Date('2026-11-21T12:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)

const headAt = (closedAt: Date) => ({ latest: { sequence: 1_000n, closedAt }, elder: 1n })
const account = (changes: Partial<AccountBacklog>): AccountBacklog => ({
  account: 'GOURS',
  watchedSince: ago(3_600),
  waiting: 0,
  ...changes,
})
const collecting = (one: AccountBacklog, head = headAt(ago(3))) =>
  judgeCollecting({ ...quiet, accounts: [one] }, head, now).status

describe('collecting', () => {
  it('is late when ledgers are closed and not read for more than a minute (AP-1.5, AP-1.11)', () => {
    expect(collecting(account({ readUntil: ago(63) }))).toBe('ok')
    expect(collecting(account({ readUntil: ago(64) }))).toBe('failing')
  })

  it('is not late when the network closes no ledgers either', () => {
    expect(collecting(account({ readUntil: ago(900) }), headAt(ago(890)))).toBe('ok')
  })

  it('has a minute to begin', () => {
    expect(collecting(account({ watchedSince: ago(60) }))).toBe('ok')
    expect(collecting(account({ watchedSince: ago(70) }))).toBe('failing')
    const never = { ...quiet, accounts: [account({ watchedSince: ago(70) })] }
    expect(judgeCollecting(never, headAt(ago(3)), now).says).not.toContain('behind')
  })

  it('goes by our clock while Horizon is away', () => {
    const judged = judgeCollecting(
      { ...quiet, accounts: [account({ readUntil: ago(61) })] },
      undefined,
      now,
    )
    expect(judged).toMatchObject({
      status: 'failing',
      doNext: expect.stringContaining('Horizon') as string,
    })
  })

  it('tells the account that is furthest behind', () => {
    const accounts = [
      account({ account: 'GNEAR', readUntil: ago(100) }),
      account({ account: 'GFAR', readUntil: ago(300), readLedger: 940n }),
    ]
    expect(judgeCollecting({ ...quiet, accounts }, headAt(ago(0)), now).says).toMatch(
      /GFAR .* 60 ledgers behind/,
    )
  })
})

describe('a stop', () => {
  it.each(['reset', 'gap'])('of kind %s means that nothing is collected', (reason) => {
    const accounts = [account({ readUntil: ago(1) })]
    const networkStop = { reason, since: ago(1) }
    expect(judgeCollecting({ ...quiet, accounts, networkStop }, headAt(ago(3)), now)).toMatchObject(
      { status: 'failing', says: 'No payments are collected' },
    )
  })

  it('of each kind says how to go on', () => {
    const judged = (reason: string) =>
      judgeStop({ ...quiet, networkStop: { reason, since: ago(1) } })
    expect(judged('reset')).toMatchObject({
      status: 'failing',
      says: expect.stringContaining('reset') as string,
    })
    expect(judged('gap')).toMatchObject({
      status: 'failing',
      says: expect.stringContaining('no longer told') as string,
    })
    expect(judged('reset').doNext).toContain('fairlead network accept-reset')
    expect(judged('gap').doNext).toContain('fairlead network resume')
  })
})

describe('the clock', () => {
  it('may be off by what a ledger takes to come, and no more', () => {
    const judged = (seconds: number) => judgeClock(headAt(ago(seconds)), now).status
    expect([-11, -10, 0, 60, 61].map(judged)).toEqual(['failing', 'ok', 'ok', 'ok', 'failing'])
  })
})

describe('workers', () => {
  const job = (waitingSince: Date): JobFigure => ({
    job: 'send-payout',
    waiting: 1,
    active: 0,
    delayed: 0,
    waitingSince,
  })
  const judged = (jobs: readonly JobFigure[], changes: Partial<Backlog> = {}) =>
    judgeWorkers({ jobs, backlog: { ...quiet, ...changes } }, now)

  it('are missed when a job waits for two minutes', () => {
    expect(judged([job(ago(120))]).status).toBe('ok')
    expect(judged([job(ago(121))])).toMatchObject({
      status: 'failing',
      says: 'Jobs send-payout wait for 121 s and nobody takes them',
    })
  })

  it('are missed when a payout is overdue, though the queue knows of none', () => {
    expect(judged([], { payoutDueSince: ago(120) }).status).toBe('ok')
    expect(judged([], { payoutDueSince: ago(121) }).status).toBe('failing')
    expect(judged([], { payoutDueSince: ago(-3_600) }).status).toBe('ok')
  })
})

describe('the relay', () => {
  it('passes events on within half a minute', () => {
    const judged = (seconds: number) =>
      judgeRelay(
        { ...quiet, events: { ...quiet.events, unnumbered: 1, unnumberedSince: ago(seconds) } },
        now,
      )
    expect([judged(30).status, judged(31).status]).toEqual(['ok', 'failing'])
  })
})

describe('the signing key', () => {
  it('has to be the one that the home domain names, where that can be seen', () => {
    const words = ['ours', 'unreachable', 'none', 'another'] as const
    expect(words.map((word) => judgePublishedKey(word).status)).toEqual([
      'ok',
      'ok',
      'failing',
      'failing',
    ])
    expect(judgePublishedKey('none').says).toContain('names no SIGNING_KEY')
    expect(judgePublishedKey('another').says).toContain('names another SIGNING_KEY')
  })
})

describe('the store', () => {
  it('that is away is the one that holds the jobs', () => {
    expect(judgeQueue(undefined, 'redis')).toMatchObject({
      says: expect.stringMatching(/^Redis/) as string,
      doNext: expect.stringContaining('REDIS_URL') as string,
    })
    expect(judgeQueue(undefined, 'postgres')).toMatchObject({
      says: expect.stringContaining('PostgreSQL') as string,
      doNext: 'Look at PostgreSQL',
    })
  })

  it('lacks the migrations that it has not run, and may have more of a later version', () => {
    expect(judgeMigrations(['1', '9'], ['1', '2', '3']).says).toBe('The database lacks 2, 3')
    expect(judgeMigrations(['1', '2', '9'], ['1', '2']).status).toBe('ok')
  })
})

describe('what to do next', () => {
  it('names what the back office has, by the names of its schema (AP-1.11)', () => {
    const dead = { ...quiet, payouts: [{ state: 'dead' as const, count: 1 }] }
    const unmatched = { ...quiet, unmatched: [{ reason: 'no_memo' as const, count: 1 }] }
    const networkStop = { reason: 'reset' as const, since: ago(60) }
    const next = [
      judgePayouts(dead),
      judgeUnmatched(unmatched),
      judgeStop({ ...quiet, networkStop }),
      judgeStop({ ...quiet, networkStop: { ...networkStop, reason: 'gap' } }),
    ].map(({ doNext }) => doNext ?? '')
    const names = next.map((text) => text.match(/\b[a-z]+[A-Z][A-Za-z]+\b/g) ?? [])
    expect(names.map((found) => found.length > 0)).toEqual([true, true, true, true])
    const schema = readFileSync(
      new URL('../../../schema/backoffice.graphql', import.meta.url),
      'utf8',
    )
    for (const name of names.flat()) expect(schema).toMatch(new RegExp(`^  ${name}\\(`, 'm'))
  })
})

it('health is as bad as the worst finding', () => {
  const finding = (status: 'ok' | 'degraded' | 'failing') => ({ name: 'x', status, says: 'x' })
  expect(reportOf([]).status).toBe('ok')
  expect(reportOf([finding('ok'), finding('degraded')]).status).toBe('degraded')
  const all = ['ok', 'degraded', 'failing'] as const
  for (const [badness, worst] of all.entries()) {
    for (const other of all.slice(0, badness + 1)) {
      for (const pair of [
        [finding(worst), finding(other)],
        [finding(other), finding(worst)],
      ]) {
        expect(reportOf(pair).status).toBe(worst)
      }
    }
  }
})
