import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { examineAccounts } from '../../src/cli/doctor/accounts.ts'
import { examineBank } from '../../src/cli/doctor/bank.ts'
import { examineDatabase } from '../../src/cli/doctor/database.ts'
import type { Examined } from '../../src/cli/doctor/finding.ts'
import { examineHomePage } from '../../src/cli/doctor/home-page.ts'
import { examineNetwork } from '../../src/cli/doctor/network.ts'
import { printPart, printVerdict } from '../../src/cli/doctor/print.ts'
import { checkConfig } from '../../src/config/config.ts'
import { readEnvironment } from '../../src/config/env.ts'
import { serverCertificate } from '../../src/sandbox/network/tls/authority.ts'
import { distribution, file, issuer, secret, variables } from '../config/configuration.ts'
import { freshDatabase, onServer } from '../database.ts'
import { until } from '../until.ts'

/** The doctor before worlds that no sandbox makes. */

const complaintsOf = ({ findings }: Examined): readonly string[] =>
  findings.flatMap(({ verdict, says }) => (verdict === 'good' ? [] : [`${verdict} ${says}`]))

const passphrase = variables.FAIRLEAD_NETWORK_PASSPHRASE

/** A Horizon that answers this, by path; 404 for anything else. */
const horizonOf = (pages: Readonly<Record<string, object>>) => ({
  get: (path: string) => {
    const json = pages[path]
    return Promise.resolve(
      json === undefined ? { status: 404, json: {} } : { status: 200, json: json as unknown },
    )
  },
  close: () => Promise.resolve(),
})

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done))
})

/** A server that answers everything in the same way; its address. */
async function serve(
  status: number,
  headers: Record<string, string>,
  body: (url: string) => string,
) {
  const server = createServer((_request, response) => {
    const { port } = server.address() as AddressInfo
    response.writeHead(status, { ...headers, connection: 'close' })
    response.end(body(`http://127.0.0.1:${port}`))
  })
  return listening(server)
}

async function listening(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Answers how many connections are open once there are none. */
async function untilLetGo(server: Server): Promise<number> {
  const connections = () =>
    new Promise<number>((done, fail) =>
      server.getConnections((error, count) => (error ? fail(error) : done(count))),
    )
  await until(async () => (await connections()) === 0, 'the end of the connection', 3_000)
  return connections()
}

describe('the network', () => {
  const look = async (closedSecondsAgo: number, ledgersBehind = 0) =>
    complaintsOf(
      await examineNetwork(
        horizonOf({
          '/': {
            network_passphrase: passphrase,
            history_latest_ledger: 100,
            history_elder_ledger: 1,
            core_latest_ledger: 100 + ledgersBehind,
          },
          '/ledgers?order=desc&limit=1': {
            _embedded: {
              records: [
                { closed_at: new Date(Date.now() - closedSecondsAgo * 1000).toISOString() },
              ],
            },
          },
        }),
        passphrase,
      ),
    )

  it('may have closed its newest ledger a minute ago or in five seconds, by the clock of this machine', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    expect([await look(60), await look(-5)]).toEqual([[], []])
    const [late, early] = [await look(60.001), await look(-5.001)]
    vi.useRealTimers()
    expect(late).toEqual(['fault the newest ledger closed 60 s ago'])
    expect(early).toEqual(['fault the newest ledger closed 5 s in the future'])
  })

  it('may be five ledgers behind its core, and a minute behind us', async () => {
    expect(await look(0, 5)).toEqual([])
    expect(await look(0, 6)).toEqual(['warning Horizon is 6 ledgers behind its core'])
    expect(await look(50)).toEqual([])
    expect(await look(70)).toEqual([
      expect.stringMatching(/^fault the newest ledger closed 70 s ago/),
    ])
  })

  it('must not be ahead of us: our clock is behind then', async () => {
    expect(await look(-3)).toEqual([])
    expect(await look(-20)).toEqual([
      expect.stringMatching(/^fault the newest ledger closed (19|20) s in the future/),
    ])
  })
})

describe('accounts', () => {
  const { config } = checkConfig(readEnvironment(variables), {
    ...file,
    assets: [{ ...file.assets[0], maxAmount: '100' }],
  })
  const signingKey = 'GD6ROJBYLKQMOW3E7N4M2YBPUHMZD7PL65VRHRMO24BOVSBV5H3BQRSL'
  const trust = {
    asset_type: 'credit_alphanum4',
    asset_code: 'USDC',
    asset_issuer: issuer,
    balance: '50.0000000',
    limit: '150.0000000',
    is_authorized: true,
  }
  const holder = {
    balances: [{ asset_type: 'native', balance: '10.0000000' }, trust],
    signers: [
      { key: distribution, weight: 1 },
      { key: signingKey, weight: 0 },
    ],
    data: { 'config.memo_required': 'MQ==' },
  }
  const issuing = {
    home_domain: 'issuer.example.com',
    balances: [],
    signers: [{ key: issuer, weight: 1 }],
    data: {},
  }
  const look = async (changes: object = {}, ofIssuer: object | undefined = issuing) =>
    complaintsOf(
      await examineAccounts(
        horizonOf({
          [`/accounts/${distribution}`]: { ...holder, ...changes },
          ...(ofIssuer !== undefined && { [`/accounts/${issuer}`]: ofIssuer }),
        }),
        { config, signingKey },
      ),
    )
  const withTrust = (changes: object) => look({ balances: [{ ...trust, ...changes }] })

  it('that are as they should be give no reason to complain', async () => {
    const pages = { [`/accounts/${distribution}`]: holder, [`/accounts/${issuer}`]: issuing }
    const { findings } = await examineAccounts(horizonOf(pages), { config, signingKey })
    expect(findings).toEqual(
      [
        'signing, issuing, holding and market making are apart',
        'distribution account GDVEU3…JCZA57 exists',
        'it asks wallets for a memo (SEP-29)',
        'USDC: issued by issuer.example.com',
        'USDC: the distribution account trusts it',
      ].map((says) => ({ verdict: 'good', says })),
    )
  })

  it('of the sandbox need not ask for a memo', async () => {
    const pages = { [`/accounts/${distribution}`]: { ...holder, data: {} } }
    const sandbox = { ...config, isSandbox: true, assets: config.assets.slice(0, 1) }
    const horizon = horizonOf({ ...pages, [`/accounts/${issuer}`]: issuing })
    expect(complaintsOf(await examineAccounts(horizon, { config: sandbox, signingKey }))).toEqual(
      [],
    )
  })

  it('have one purpose each (SEP10-08)', async () => {
    const together = async (changes: object, key: string | undefined) => {
      const pages = { [`/accounts/${distribution}`]: holder, [`/accounts/${issuer}`]: issuing }
      const expected = { config: { ...config, ...changes }, signingKey: key }
      return complaintsOf(await examineAccounts(horizonOf(pages), expected))
    }
    expect(await together({}, undefined)).toEqual([])
    expect(await together({}, issuer)).toEqual([
      'fault GA7QYN…UJVSGZ is SIGNING_KEY and issuer at once',
    ])
    expect(await together({}, distribution)).toEqual([
      'fault GDVEU3…JCZA57 is SIGNING_KEY and distribution account at once',
      'fault SIGNING_KEY is a signer of it',
    ])
    expect(await together({ marketMakingAccounts: [issuer, signingKey] }, signingKey)).toEqual([
      'fault GD6ROJ…3BQRSL is SIGNING_KEY and market-making account at once',
      'fault GA7QYN…UJVSGZ is issuer and market-making account at once',
    ])
  })

  it('need a trust line to the very asset, authorised, with room for the largest amount', async () => {
    const none = ['fault USDC: the distribution account has no trust line, nobody can pay it']
    expect(await withTrust({ asset_issuer: distribution })).toEqual(none)
    expect(await withTrust({ asset_code: 'EURC' })).toEqual(none)
    expect(await withTrust({ is_authorized: false })).toEqual([
      'fault USDC: the issuer has not authorised the trust line',
    ])
    expect(await withTrust({ balance: '50.0000001' })).toEqual([
      'warning USDC: the trust line has less room left than maxAmount',
    ])
  })

  it('need an issuer that is there, and says who stands behind it', async () => {
    expect(await look({}, { ...issuing, home_domain: '' })).toEqual([
      'warning USDC: the issuer names no home domain',
    ])
    const { home_domain: _, ...nameless } = issuing
    expect(await look({}, nameless)).toEqual(['warning USDC: the issuer names no home domain'])
    const gone = await examineAccounts(horizonOf({ [`/accounts/${distribution}`]: holder }), {
      config,
      signingKey,
    })
    expect(complaintsOf(gone)).toEqual(['fault USDC: the issuer does not exist on this network'])
  })

  it('must ask for a memo with a 1, and nothing else (SEP-29)', async () => {
    const warned = [expect.stringMatching(/^warning it does not ask wallets for a memo/)]
    expect(await look({ data: {} })).toEqual(warned)
    expect(await look({ data: { 'config.memo_required': 'MA==' } })).toEqual(warned)
  })

  it('must not be signed for by the key that signs logins (SEP10-08)', async () => {
    for (const others of [[], [{ key: distribution, weight: 1 }]]) {
      expect(await look({ signers: [...others, { key: signingKey, weight: 1 }] })).toEqual([
        'fault SIGNING_KEY is a signer of it',
      ])
    }
  })
})

describe('the bank', () => {
  it('that knows no payout of ours gives no reason to complain, and is let go', async () => {
    const server = createServer((_, response) => {
      const headers = { 'content-type': 'application/json' }
      response.writeHead(200, headers).end(JSON.stringify({ payouts: [] }))
    })
    const railUrl = await listening(server)
    const examined = await examineBank({ railUrl, railToken: secret, railSecret: secret })
    expect(complaintsOf(examined)).toEqual([])
    expect(await untilLetGo(server)).toBe(0)
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
    const examined = await examineBank({ railUrl: url, railToken: secret, railSecret: secret })
    expect(complaintsOf(examined)).toEqual([
      'fault the bank knows a payout under a key that nobody used',
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
  const well = { verdict: 'good', says: 'it answers, and takes our token and signature' }

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
    const [away] = await look(0, 503, {})
    expect(away?.says).toMatch(/^the payout rail cannot be asked: /)
  })
})

describe('the database', () => {
  /** Of the server of the tests, which need not survive a loss of power. */
  const ofOurServer = /a loss of power|room for/

  it('that was migrated gives no reason to complain', async () => {
    const { url, drop } = await freshDatabase()
    const complaints = complaintsOf(await examineDatabase({ databaseUrl: url, holdsQueue: true }))
    await drop()
    expect(complaints.filter((one) => !ofOurServer.test(one))).toEqual([])
  })

  it('must store text as UTF8', async () => {
    const { url, drop } = await freshDatabase()
    const name = `plain_${process.pid}`
    await onServer(
      url,
      `create database ${name} encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0`,
    )
    const databaseUrl = new URL(url)
    databaseUrl.pathname = `/${name}`
    const complaints = complaintsOf(
      await examineDatabase({ databaseUrl: databaseUrl.href, holdsQueue: false }),
    )
    expect(complaints.filter((one) => !ofOurServer.test(one))).toEqual([
      'fault it stores SQL_ASCII',
      expect.stringMatching(/^fault it lacks 0001-.*, /),
    ])
    await onServer(url, `drop database ${name}`)
    await drop()
  })
})

describe('the home page', () => {
  const toml = (url: string, changes: Readonly<Record<string, string>> = {}) => {
    const keys = {
      SIGNING_KEY: issuer,
      NETWORK_PASSPHRASE: passphrase,
      WEB_AUTH_ENDPOINT: `${url}/auth`,
      KYC_SERVER: `${url}/sep12`,
      DIRECT_PAYMENT_SERVER: `${url}/sep31`,
      ...changes,
    }
    const lines = Object.entries(keys).map(([name, value]) => `${name}="${value}"`)
    return `${lines.join('\n')}\n[[CURRENCIES]]\ncode="USDC"\nissuer="${issuer}"\n`
  }
  const cors = { 'access-control-allow-origin': '*' }
  const examined = async (url: string) => {
    const { config } = checkConfig(
      readEnvironment({ ...variables, FAIRLEAD_PUBLIC_URL: url }),
      file,
      true,
    )
    return examineHomePage({ config, signingKey: issuer })
  }
  const look = async (url: string) => complaintsOf(await examined(url))

  it('that says what the configuration says gives no reason to complain', async () => {
    expect(await look(await serve(200, cors, toml))).toEqual([])
  })

  it('is read over https, by the authorities of this machine and one that is told (SEP01-01)', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'fairlead-doctor-'))
    const names = ['localhost']
    const { caFile, ...tls } = await serverCertificate({ directory, names, now: new Date() })
    const origin = () => `https://localhost:${(server.address() as AddressInfo).port}`
    const server = createHttpsServer(tls, (_, response) => {
      response.writeHead(200, cors).end(toml(origin()))
    })
    await listening(server)
    const seen = async (changes: object = {}) => {
      const settings = { ...variables, FAIRLEAD_PUBLIC_URL: origin(), ...changes }
      const { config } = checkConfig(readEnvironment(settings), file)
      const { findings } = await examineHomePage({ config, signingKey: undefined })
      return findings.map(({ verdict, says }) => `${verdict} ${says}`)
    }
    const all = [
      `${origin()}/.well-known/stellar.toml is there`,
      'browsers may read it',
      'NETWORK_PASSPHRASE is ours',
      'WEB_AUTH_ENDPOINT is ours',
      'KYC_SERVER is ours',
      'DIRECT_PAYMENT_SERVER is ours',
      'every asset is listed under CURRENCIES',
    ].map((says) => `good ${says}`) // of a key that cannot be read nothing is said
    expect(await seen({ FAIRLEAD_EXTRA_CA_FILE: caFile })).toEqual(all)
    expect(await seen()).toEqual([expect.stringMatching(/^warning .* cannot be read: /)])
    const known = getCACertificates('default')
    setDefaultCACertificates([...known, await readFile(caFile, 'utf8')])
    expect(await seen()).toEqual(all)
    setDefaultCACertificates(known)
    expect(await untilLetGo(server)).toBe(0)
    await rm(directory, { recursive: true })
  })

  it('may be of 100 KB and no more (SEP01-04)', async () => {
    const ofSize = (size: number) => serve(200, cors, (url) => `${toml(url)}#`.padEnd(size, '-'))
    expect(await look(await ofSize(102_400))).toEqual([])
    expect(await look(await ofSize(102_401))).toEqual([
      expect.stringMatching(/^warning .* cannot be read: .*exceeded/i),
    ])
  })

  it('has to be there, for browsers too (SEP01-08)', async () => {
    expect(await look(await serve(404, cors, toml))).toEqual([
      expect.stringMatching(/^fault .*\/\.well-known\/stellar\.toml answers 404$/),
    ])
    expect(await look(await serve(200, {}, toml))).toEqual(['fault browsers may not read it'])
  })

  const mend = 'Publish what this configuration says, or mend the configuration'
  it.each([
    [
      'SIGNING_KEY',
      'Publish the key of FAIRLEAD_SIGNING_SEED, or every login is refused by careful wallets',
    ],
    ['NETWORK_PASSPHRASE', mend],
    ['WEB_AUTH_ENDPOINT', mend],
    ['KYC_SERVER', mend],
    ['DIRECT_PAYMENT_SERVER', mend],
  ])('must not say another %s (SEP01-17)', async (name, doNext) => {
    const url = await serve(200, cors, (of) => toml(of, { [name]: 'another' }))
    const { findings } = await examined(url)
    expect(findings.filter(({ verdict }) => verdict !== 'good')).toEqual([
      {
        verdict: 'fault',
        says: expect.stringMatching(`^${name} is another, this configuration has `) as unknown,
        doNext,
      },
    ])
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
