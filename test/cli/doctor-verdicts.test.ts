import { createServer } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { examineBank } from '../../src/cli/doctor/bank.ts'
import { examineDatabase } from '../../src/cli/doctor/database.ts'
import { examineNetwork } from '../../src/cli/doctor/network.ts'
import { printPart, printVerdict } from '../../src/cli/doctor/print.ts'
import { secret, variables } from '../config/configuration.ts'
import { freshDatabase, onServer } from '../database.ts'
import { filesOf } from '../repository.ts'
import {
  allGood,
  complaintsOf,
  horizonAway,
  horizonOf,
  listening,
  untilLetGo,
} from './doctor-examined.ts'

/** The doctor before worlds that no sandbox makes. */

const passphrase = variables.FAIRLEAD_NETWORK_PASSPHRASE

describe('the network', () => {
  const pagesOf = (closedSecondsAgo: number, ledgersBehind = 0) => ({
    '/': {
      network_passphrase: passphrase,
      history_latest_ledger: 100,
      history_elder_ledger: 1,
      core_latest_ledger: 100 + ledgersBehind,
    },
    '/ledgers?order=desc&limit=1': {
      _embedded: {
        records: [{ closed_at: new Date(Date.now() - closedSecondsAgo * 1000).toISOString() }],
      },
    },
  })
  const look = async (...how: Parameters<typeof pagesOf>) =>
    complaintsOf((await examineNetwork(horizonOf(pagesOf(...how)), passphrase)).findings)
  const late = (seconds: number) =>
    `fault the newest ledger closed ${seconds} s ago → Either Horizon stands still, or the clock of this machine is ahead: look at both`
  const early = (seconds: number) =>
    `fault the newest ledger closed ${seconds} s in the future → The clock of this machine is behind: let it follow a time server (NTP)`

  it('as it should be gives no reason to complain', async () => {
    expect(await examineNetwork(horizonOf(pagesOf(0)), passphrase)).toEqual(
      allGood('Stellar network', [
        `the network is “${passphrase}”`,
        'Horizon knows ledgers 1 to 100',
        'its newest ledger closed just now, by the clock of this machine',
      ]),
    )
  })

  it('has to be the one of the configuration, and to be reached', async () => {
    const { findings } = await examineNetwork(horizonOf(pagesOf(0)), 'Another Network')
    expect(complaintsOf(findings)).toEqual([
      `fault Horizon is of another network, “${passphrase}” → Mend FAIRLEAD_HORIZON_URL or FAIRLEAD_NETWORK_PASSPHRASE: they have to fit`,
    ])
    const away = await examineNetwork(horizonAway('no route'), passphrase)
    expect([away.part, ...complaintsOf(away.findings)]).toEqual([
      'Stellar network',
      'fault Horizon cannot be asked: no route → Does it answer, and is FAIRLEAD_HORIZON_URL right?',
    ])
  })

  it('may have closed its newest ledger a minute ago or in five seconds, by the clock of this machine', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    expect([await look(60), await look(-5)]).toEqual([[], []])
    const found = [await look(60.001), await look(-5.001), await look(70), await look(-20)]
    vi.useRealTimers()
    expect(found).toEqual([[late(60)], [early(5)], [late(70)], [early(20)]])
  })

  it('may be five ledgers behind its core', async () => {
    expect(await look(0, 5)).toEqual([])
    expect(await look(0, 6)).toEqual([
      'warning Horizon is 6 ledgers behind its core → Payments will be seen late: look at its ingestion, or use another',
    ])
  })
})

describe('the bank', () => {
  const well = { verdict: 'good', says: 'it answers, and takes our token and signature' }

  it('that knows no payout of ours gives no reason to complain, and is let go', async () => {
    const server = createServer((_, response) => {
      const headers = { 'content-type': 'application/json' }
      response.writeHead(200, headers).end(JSON.stringify({ payouts: [] }))
    })
    const railUrl = await listening(server)
    const examined = await examineBank({ railUrl, railToken: secret, railSecret: secret })
    expect(examined).toEqual({ part: 'Bank', findings: [well] })
    expect(await untilLetGo(server)).toBe(0)
  })

  it('is asked each time for a key of its own', async () => {
    const keys: (string | null)[] = []
    const server = createServer((request, response) => {
      keys.push(new URL(request.url ?? '', 'http://bank').searchParams.get('idempotency_key'))
      const headers = { 'content-type': 'application/json', connection: 'close' }
      response.writeHead(200, headers).end(JSON.stringify({ payouts: [] }))
    })
    const railUrl = await listening(server)
    for (let times = 0; times < 2; times++) {
      await examineBank({ railUrl, railToken: secret, railSecret: secret })
    }
    expect(keys).toEqual([
      expect.stringMatching(/^fairlead-doctor-./),
      expect.stringMatching(/^fairlead-doctor-./),
    ])
    expect(new Set(keys).size).toBe(2)
  })

  it('must know no payout that was never ordered', async () => {
    const server = createServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://bank')
      const payout = { id: 'bank-1', idempotency_key: searchParams.get('idempotency_key') }
      const headers = { 'content-type': 'application/json', connection: 'close' }
      response.writeHead(200, headers)
      response.end(JSON.stringify({ payouts: [{ ...payout, state: 'pending' }] }))
    })
    const url = await listening(server)
    const { findings } = await examineBank({ railUrl: url, railToken: secret, railSecret: secret })
    expect(complaintsOf(findings)).toEqual([
      'fault the bank knows a payout under a key that nobody used → Let the bank mend its search: after an unknown outcome we would believe it',
    ])
  })

  /** What the doctor says of a bank that takes so long and answers like this. */
  const look = async (tookMs: number, status: number, body: object) => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const server = createServer((_, response) => {
      vi.advanceTimersByTime(tookMs)
      const headers = { 'content-type': 'application/json', connection: 'close' }
      response.writeHead(status, headers).end(JSON.stringify(body))
    })
    const railUrl = await listening(server)
    const { findings } = await examineBank({ railUrl, railToken: secret, railSecret: secret })
    vi.useRealTimers()
    return findings
  }

  it('may take two seconds for an answer and no more', async () => {
    expect(await look(2_000, 200, { payouts: [] })).toEqual([well])
    const doNext = 'Payouts will be slow: ask the bank'
    const slow = { verdict: 'warning', says: 'it took 2001 ms to answer', doNext }
    expect(await look(2_001, 200, { payouts: [] })).toEqual([well, slow])
  })

  it('that refuses us is told from one that cannot be asked', async () => {
    const error = { code: 'unauthorized', message: 'no' }
    expect(await look(0, 401, { error })).toEqual([
      {
        verdict: 'fault',
        says: 'it refuses our calls: unauthorized',
        doNext: 'Mend FAIRLEAD_RAIL_TOKEN, FAIRLEAD_RAIL_SECRET, or this machine’s clock',
      },
    ])
    const unlisted = 'payouts: Invalid input: expected array, received undefined'
    for (const status of [200, 503]) {
      expect(complaintsOf(await look(0, status, {}))).toEqual([
        `fault the payout rail cannot be asked: The bank answered ${status} with no list of payouts ` +
          `(${unlisted}) → Is FAIRLEAD_RAIL_URL right, does it run?`,
      ])
    }
  })
})

describe('the database', () => {
  it('that was migrated is told of as it speaks of itself', async () => {
    const { url, drop } = await freshDatabase()
    const show = async (name: string) => String((await onServer(url, `show ${name}`))[0]?.[name])
    const [version, room] = [await show('server_version'), await show('max_connections')]
    const [fsync, commits] = [await show('fsync'), await show('synchronous_commit')]
    const { part, findings } = await examineDatabase({ databaseUrl: url, holdsQueue: true })
    await drop()
    const isDurable = fsync === 'on' && commits !== 'off' // that of the tests need not be
    expect([part, ...findings.map(({ says }) => says)]).toEqual([
      'Database',
      `PostgreSQL ${version}`,
      'it stores UTF8',
      isDurable
        ? 'what is committed survives a loss of power'
        : `a loss of power loses commits: fsync ${fsync}, synchronous_commit ${commits}`,
      `room for ${room} connections${Number(room) < 60 ? ' only' : ''}`,
      'its clock agrees with this machine’s',
      'the tables of the queue are there',
      'its tables are those of this version',
    ])
  })

  it.each([
    [1, 'ahead of'],
    [-1, 'behind'],
  ])('is asked for its clock, %s hour off, and whether it is a replica', async (hours, where) => {
    const { url, drop } = await freshDatabase()
    // Found before those of PostgreSQL, by the search path of the address.
    await onServer(url, 'create schema odd')
    await onServer(
      url,
      `create function odd.clock_timestamp() returns timestamptz language sql as
        'select pg_catalog.clock_timestamp() + interval ''${hours} hours'''`,
    )
    await onServer(
      url,
      `create function odd.pg_is_in_recovery() returns boolean language sql as 'select true'`,
    )
    const databaseUrl = new URL(url)
    databaseUrl.searchParams.set('options', '-c search_path=odd,pg_catalog,public')
    const { findings } = await examineDatabase({ databaseUrl: databaseUrl.href, holdsQueue: true })
    const complaints = complaintsOf(findings).map((one) => one.split(' → ')[0])
    expect(complaints).toContain(`warning its clock is 3600 s ${where} this machine’s`)
    expect(complaints).toContain('fault it is a replica and takes no writes')
    await drop()
  })

  it('must store text as UTF8, and have our tables', async () => {
    const { url, drop } = await freshDatabase()
    const name = `plain_${process.pid}`
    await onServer(
      url,
      `create database ${name} encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0`,
    )
    const databaseUrl = new URL(url)
    databaseUrl.pathname = `/${name}`
    const { findings } = await examineDatabase({ databaseUrl: databaseUrl.href, holdsQueue: false })
    const ofOurServer = /a loss of power|room for/ // which need not survive one
    const steps = filesOf('migrations').flatMap((path) => /\d{4}-[^/.]*/.exec(path)?.[0] ?? [])
    expect(complaintsOf(findings).filter((one) => !ofOurServer.test(one))).toEqual([
      "fault it stores SQL_ASCII → Make the database with encoding 'UTF8'",
      `fault it lacks ${steps.toSorted().join(', ')} → Run fairlead migrate`,
    ])
    await onServer(url, `drop database ${name}`)
    await drop()
  })
})

describe('what is printed', () => {
  const warning = { verdict: 'warning', says: 'Slow', doNext: 'Ask' } as const
  const fault = { verdict: 'fault', says: 'Gone', doNext: 'Look' } as const
  const unknown = { verdict: 'unknown', says: 'Hidden', doNext: 'Set it' } as const
  const good = { verdict: 'good', says: 'Here' } as const

  it('counts what was found, and says whether it may be started', () => {
    expect(printVerdict([good, warning])).toBe('1 warning. It may be started.')
    expect(printVerdict([good])).toBe('All is well. Ready to start.')
    expect(printVerdict([unknown])).toBe('1 not looked at. It may be started.')
    expect(printVerdict([fault])).toBe('1 fault. Mend the faults before you start.')
    expect(printVerdict([warning, warning, unknown])).toBe(
      '2 warnings, 1 not looked at. It may be started.',
    )
    expect(printVerdict([fault, warning, fault])).toBe(
      '2 faults, 1 warning. Mend the faults before you start.',
    )
  })

  it('has a colour for each verdict on a terminal', () => {
    const findings = [good, warning, fault, unknown]
    expect(printPart({ part: 'Bank', findings }, true).split('\n')).toEqual([
      'Bank',
      '  \u001b[32m✓\u001b[0m Here',
      '  \u001b[33m!\u001b[0m Slow',
      '      → Ask',
      '  \u001b[31m✗\u001b[0m Gone',
      '      → Look',
      '  \u001b[2m?\u001b[0m Hidden',
      '      → Set it',
    ])
  })

  it('says with each finding what to do next', () => {
    const findings = [good, warning, fault, unknown]
    expect(printPart({ part: 'Bank', findings }, false).split('\n')).toEqual([
      'Bank',
      '  ✓ Here',
      '  ! Slow',
      '      → Ask',
      '  ✗ Gone',
      '      → Look',
      '  ? Hidden',
      '      → Set it',
    ])
  })
})
