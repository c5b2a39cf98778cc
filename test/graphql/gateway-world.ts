import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { Keypair, Networks } from '@stellar/stellar-sdk'
import { loginTokens } from '../../src/adapters/jwt/login-tokens.ts'
import { sandboxAnchor } from '../../src/cli/sandbox/anchor.ts'
import { compose } from '../../src/compose/compose.ts'
import type { Rooms } from '../../src/compose/compose.ts'
import { checkConfig } from '../../src/config/config.ts'
import type { Customer } from '../../src/domain/customer/customer.ts'
import type { Phase } from '../../src/domain/transaction/lifecycle.ts'
import type { Transaction } from '../../src/domain/transaction/transaction.ts'
import { startGateway } from '../../src/gateway.ts'
import type { GatewayParts } from '../../src/gateway.ts'
import { createLog } from '../../src/observability/log.ts'
import { aTransaction } from '../builders/transaction.ts'
import { freshDatabase } from '../database.ts'

export const backofficeToken = 'the-back-office-token-of-the-tests-0123456789'
export const tokenSecret = 'a secret of the tests, long enough to be one'
const site = 'http://localhost:8080'

const accountOf = (seed: number) =>
  Keypair.fromRawEd25519Seed(new Uint8Array(32).fill(seed)).publicKey()
const issuer = accountOf(1)
export const distributionAccount = accountOf(2)
export const sendingAnchor = accountOf(3)
export const otherAnchor = accountOf(4)

export interface WorldSettings {
  readonly horizonUrl?: string
  readonly signingSeed?: string
  readonly bankUrl?: string
  readonly bankToken?: string
  readonly bankSecret?: string
  readonly redisUrl?: string
  /** As an anchor has it; all else is in the sandbox, where plain HTTP is taken. */
  readonly isLive?: boolean
  /** Logins taken of one address in a minute; 0 for all. */
  readonly loginsPerMinute?: string
  /** Proxies in front that are believed. */
  readonly trustProxy?: string
  /** DOCUMENTATION of its page. */
  readonly documentation?: Readonly<Record<string, string>>
  /** From which level on lines are kept; `warn` unless told. */
  readonly logLevel?: string
  /** How long what health saw counts. */
  readonly lookAgainMs?: number
}

const limitsOf = ({ loginsPerMinute, trustProxy }: WorldSettings) => ({
  ...(loginsPerMinute !== undefined && { loginsPerMinute }),
  ...(trustProxy !== undefined && { trustProxy }),
})

export function configOf(databaseUrl: string, settings: WorldSettings) {
  return checkConfig(
    {
      publicHost: '127.0.0.1',
      publicUrl: settings.isLive === true ? 'https://anchor.example.com' : site,
      ...limitsOf(settings),
      databaseUrl,
      horizonUrl: settings.horizonUrl ?? 'http://127.0.0.1:9',
      ...(settings.redisUrl !== undefined && { redisUrl: settings.redisUrl }),
      networkPassphrase: Networks.TESTNET,
      login: 'open',
      railUrl: settings.bankUrl ?? 'http://127.0.0.1:9',
      signingSeed: settings.signingSeed ?? Keypair.random().secret(),
      tokenSecret,
      dataKeys: `test:${'0123456789abcdef'.repeat(4)}`,
      railToken: settings.bankToken ?? 'a-rail-token-of-the-tests-0123456789',
      railSecret: settings.bankSecret ?? 'a-rail-secret-of-the-tests-0123456789',
      backofficeToken,
    },
    {
      ...sandboxAnchor(
        (['USDC', 'SRT'] as const).map((code) => ({ code, issuer, distributionAccount })),
        { homeDomains: [], sendingAnchors: [] },
      ),
      ...(settings.documentation !== undefined && { documentation: settings.documentation }),
    },
    settings.isLive !== true,
  )
}

/** A gateway with its rooms on a database; several on one database are several processes to each other. */
export async function startWorldGateway(databaseUrl: string, settings: WorldSettings = {}) {
  const { config, secrets } = configOf(databaseUrl, settings)
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(JSON.parse(line.toString()) as Record<string, unknown>)
      done()
    },
  })
  const { lookAgainMs, logLevel = 'warn' } = settings
  const log = createLog({ level: logLevel, destination })
  const rooms = await compose({
    config,
    secrets,
    sites: [config.site],
    log,
    ...(lookAgainMs !== undefined && { lookAgainMs }),
  })
  const parts = { rooms, config, secrets, log }
  const { gateway, publicPort, internalPort } = await listen(parts)
  return {
    rooms,
    /** With which another gateway can be started. */
    parts,
    /** What was logged. */
    lines,
    publicUrl: `http://127.0.0.1:${publicPort}`,
    internalUrl: `http://127.0.0.1:${internalPort}`,
    partner: `http://127.0.0.1:${publicPort}/graphql`,
    backoffice: `http://127.0.0.1:${internalPort}/backoffice/graphql`,
    stopGateway: () => gateway.stop(),
    stop: async () => {
      await gateway.stop()
      await rooms.close()
    },
  }
}

/** On free ports; another process may take one between our look and our listening, hence the tries. */
async function listen(parts: GatewayParts) {
  for (let tries = 1; ; tries += 1) {
    const [publicPort, internalPort] = await freePorts()
    const ports = { ...parts.config.listen, publicPort, internalPort }
    try {
      const gateway = await startGateway({ ...parts, config: { ...parts.config, listen: ports } })
      return { gateway, publicPort, internalPort }
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      if (!isTaken || tries === 3) throw error
    }
  }
}

export type WorldGateway = Awaited<ReturnType<typeof startWorldGateway>>

/** One gateway on a fresh database. */
export async function gatewayWorld(settings: WorldSettings = {}) {
  const database = await freshDatabase()
  const gateway = await startWorldGateway(database.url, settings)
  return {
    ...gateway,
    databaseUrl: database.url,
    stop: async () => {
      await gateway.stop()
      await database.drop()
    },
  }
}

export type World = Awaited<ReturnType<typeof gatewayWorld>>

/** A login token as SEP-10 gives it; `G…`, `G…:memo` or `M…`. */
export async function tokenFor(
  subject: string,
  lapsesInMs = 3_600_000,
  url = site,
): Promise<string> {
  const tokens = await loginTokens(tokenSecret)
  return tokens.issue({
    subject,
    issuer: `${url}/auth`,
    homeDomain: new URL(url).host,
    id: randomUUID(),
    issuedAt: new Date(),
    lapsesAt: new Date(Date.now() + lapsesInMs),
  })
}

/** Keeps a transaction with its first event. */
export async function keepTransaction(
  { commit }: Pick<Rooms, 'commit'>,
  changes: Partial<Transaction> = {},
): Promise<Transaction> {
  const transaction = aTransaction({
    owner: { account: sendingAnchor },
    assetIn: `stellar:SRT:${issuer}`,
    distributionAccount,
    ...changes,
  })
  const { id, owner, phase, version, startedAt } = transaction
  await commit(({ transactions }) =>
    transactions.open({
      transaction,
      events: [
        {
          id: randomUUID(),
          transactionId: id,
          owner,
          type: 'opened',
          to: phase,
          version,
          at: startedAt,
          actor: { kind: 'client', account: owner.account },
        },
      ],
    }),
  )
  return transaction
}

/** Records one more event of a transaction, as an operator's retry does: no phase moves. */
export async function addEvent(
  { commit, saveChange, now }: Pick<Rooms, 'commit' | 'saveChange' | 'now'>,
  id: string,
  note: string,
): Promise<void> {
  await commit(async (records) => {
    const before = await records.transactions.lock(id)
    if (before === undefined) throw new Error(`No transaction ${id}`)
    const actor = { kind: 'operator', name: 'test' } as const
    await saveChange(records, { before, after: before, type: 'payoutRetried', actor, note }, now())
  })
}

export async function keepCustomer(
  { commit }: Pick<Rooms, 'commit'>,
  fields: Readonly<Record<string, string>>,
  account = sendingAnchor,
): Promise<Customer> {
  const now = new Date()
  const customer: Customer = {
    id: randomUUID(),
    key: { account, memo: { type: 'text', value: randomUUID().slice(0, 20) } },
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, { value, status: 'ACCEPTED' as const }]),
    ),
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  await commit(({ customers }) => customers.add(customer))
  return customer
}

export const person = {
  first_name: 'Ada',
  last_name: 'Example',
  email_address: 'ada@example.com',
} as const

let fundings = 5_000_000n
/** What a funded transaction holds besides. */
export function funded(phase: Phase = 'payingOut'): Partial<Transaction> {
  fundings += 1n
  return {
    phase,
    stellarPaymentId: fundings.toString(),
    stellarTransactionHash: fundings.toString(16).padStart(64, '0'),
    fundsReceivedAt: new Date('2026-11-21T11:30:00Z'),
  }
}

export async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()]
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject)
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
        }),
    ),
  )
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  const [first = 0, second = 0] = ports
  return [first, second]
}
