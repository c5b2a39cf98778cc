import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryNetwork } from '../../../src/adapters/memory/memory-network.ts'
import { memoryPayoutRail } from '../../../src/adapters/memory/memory-payout-rail.ts'
import type {
  PaymentKey,
  SeenPayment,
} from '../../../src/domain/stellar-payment/stellar-payment.ts'
import type { Memo, Transaction } from '../../../src/domain/transaction/transaction.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/stellar-network.ts'
import type { StellarNetwork } from '../../../src/usecases/ports/stellar-network.ts'
import { startWatching } from '../../../src/usecases/stellar-payments/start-watching.ts'
import { aStellarPayment, paymentFor } from '../../builders/stellar-payment.ts'
import { onServer } from '../../database.ts'
import { noLedgers, paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

/** Each test watches an account of its own. */
const anAccount = (): string => `G${randomUUID().replaceAll('-', '').toUpperCase()}`

const seen = (id: string) => world.read(({ stellarPayments }) => stellarPayments.find(id))
const cursorOf = (account: string) =>
  world.read(({ stellarPayments }) => stellarPayments.cursor(account))

describe('collecting, matching, paying out', () => {
  it('brings a payment on the network to the receiving client (SEP31-51, SEP31-54, AP-1.1, POLARIS-8.34)', async () => {
    const account = anAccount()
    const transaction = await world.open({ distributionAccount: account })
    const network = memoryNetwork()
    const payment = paymentFor(transaction, { account })
    network.credit(payment)
    expect(await world.collect(network)(account)).toMatchObject({ ok: true, value: { added: 1 } })
    expect(await world.match(account)).toEqual({ matched: 1, unmatched: 0 })
    const funded = await world.stateOf(transaction.id)
    expect(funded.transaction).toMatchObject({
      phase: 'payingOut',
      version: 2,
      stellarPaymentId: payment.id,
      stellarTransactionHash: payment.transactionHash,
      fundsReceivedAt: payment.ledgerClosedAt,
    })
    const transactionId = transaction.id
    const { now } = world.clock
    const owed = { state: 'due', attemptNumber: 0, failures: 0, dueAt: now, updatedAt: now }
    expect(funded.payout).toEqual({ transactionId, ...owed })
    const match = { state: 'matched', transactionId: transaction.id }
    expect(await seen(payment.id)).toEqual({ ...payment, epoch: 1, match, seenAt: world.clock.now })
    const events = await onServer(
      world.url,
      'select type, actor from transaction_event where transaction_id = $1',
      [transaction.id],
    )
    const actor = { kind: 'network', stellarPaymentId: payment.id }
    expect(events).toEqual([{ type: 'fundsReceived', actor }])
    const jobs = await world.takeJobs()
    const subject = `${transactionId}-0-0`
    expect(jobs).toEqual([{ name: 'send-payout', payload: { transactionId }, subject, dueAt: now }])
    const rail = memoryPayoutRail({ now: () => world.clock.now })
    expect(await world.payouts(rail).send(transaction.id)).toBe('delivered')
    expect((await world.stateOf(transaction.id)).transaction?.phase).toBe('completed')
  })

  it('begins where it is told the first time, and never jumps afterwards (AP-1.2, POLARIS-8.13)', async () => {
    const account = anAccount()
    const network = memoryNetwork()
    network.credit(aStellarPayment({ account }))
    const now = () => world.clock.now
    const watch = startWatching({ ...world, network, ledgers: noLedgers, now })
    const place = await watch(account, 'now')
    expect(place).toBe(await network.newestCursor())
    expect(await watch(account, { cursor: '0' })).toBe(place)
    expect(await world.collect(network)(account)).toMatchObject({ value: { added: 0 } })
  })

  it('keeps a payment once, however often the network tells it (SEP31-52)', async () => {
    const account = anAccount()
    const payments = Array.from({ length: 3 }, () => aStellarPayment({ account }))
    const repeating: Pick<StellarNetwork, 'creditsAfter' | 'newestCursor'> = {
      newestCursor: async () => '0',
      creditsAfter: async (_, cursor) => {
        const next = payments.findIndex(({ id }) => BigInt(id) > BigInt(cursor))
        return next === -1
          ? { credits: payments, nextCursor: cursor, complete: true }
          : {
              credits: payments.slice(0, next + 1),
              nextCursor: payments[next]?.id ?? '',
              complete: false,
            }
      },
    }
    expect(await world.collect(repeating)(account)).toMatchObject({ value: { pages: 4, added: 3 } })
    expect(await world.match(account)).toEqual({ matched: 0, unmatched: 3 })
  })

  it('goes on where it stopped after the network was away (AP-1.3, POLARIS-8.13)', async () => {
    const account = anAccount()
    const network = memoryNetwork()
    network.credit(...Array.from({ length: 450 }, () => aStellarPayment({ account })))
    let calls = 0
    const failing: StellarNetwork = {
      ...network,
      creditsAfter: (...asked) => {
        calls += 1
        if (calls === 2) throw new NetworkUnavailable('away')
        return network.creditsAfter(...asked)
      },
    }
    await expect(world.collect(failing)(account)).rejects.toThrow(NetworkUnavailable)
    expect(await world.collect(failing)(account)).toMatchObject({
      ok: true,
      value: { pages: 2, added: 250 },
    })
    expect(await world.match(account)).toEqual({ matched: 0, unmatched: 450 })
  })
})

it('notes each payment at the moment it was read, however often one collector is asked', async () => {
  const [account, network] = [anAccount(), memoryNetwork()]
  const collect = world.collect(network)
  for (let calls = 0; calls < 2; calls += 1) {
    const payment = aStellarPayment({ account })
    network.credit(payment)
    world.pass(60_000)
    expect(await collect(account)).toEqual({ ok: true, value: { pages: 1, added: 1 } })
    expect((await seen(payment.id))?.seenAt).toEqual(world.clock.now)
  }
})

describe('one operation that credits at several places', () => {
  it('is kept as a payment of each account and of each asset, and each is decided', async () => {
    const [account, other] = [anAccount(), anAccount()]
    const one = aStellarPayment({ account, kind: 'other', asset: 'stellar:native', units: 1n })
    const network = memoryNetwork()
    network.credit(one, { ...one, part: 1, asset: 'stellar:A:G', units: 2n }, { ...one, part: 2 })
    network.credit({ ...one, account: other, units: 4n })
    for (const watched of [account, other]) await world.collect(network)(watched)
    expect(await world.collect(network)(account)).toMatchObject({ value: { added: 0 } })
    expect(await world.match(account)).toEqual({ matched: 0, unmatched: 3 })
    expect(await world.match(other)).toEqual({ matched: 0, unmatched: 1 })
    const listed: SeenPayment[] = []
    for (let before: SeenPayment | undefined; ; before = listed.at(-1)) {
      const page = await world.read(({ stellarPayments }) =>
        stellarPayments.listUnmatched({ limit: 1, ...(before && { before }) }),
      )
      if (page[0]?.id !== one.id) break
      listed.push(...page)
    }
    const found = listed.map(({ account: whose, part, units }) => [whose, part, units])
    expect(found).toHaveLength(4)
    expect(found).toEqual(
      expect.arrayContaining([
        [account, undefined, 1n],
        [account, 1, 2n],
        [account, 2, 1n],
        [other, undefined, 4n],
      ]),
    )
  })
})

describe('several collectors', () => {
  it('collect everything once when ten begin together', async () => {
    const account = anAccount()
    const network = memoryNetwork()
    network.credit(...Array.from({ length: 500 }, () => aStellarPayment({ account })))
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => world.collect(network)(account)),
    )
    const added = answers.map((answer) => (answer.ok ? answer.value.added : 0))
    expect(added.reduce((sum, one) => sum + one)).toBe(500)
    expect(await cursorOf(account)).toBe(await network.newestCursor())
  })

  it('leave the account to the one who sits there, until its seat has lapsed', async () => {
    const account = anAccount()
    const network = memoryNetwork()
    const first = aStellarPayment({ account })
    network.credit(first)
    let enter = (): void => undefined
    let leave = (): void => undefined
    const entered = new Promise<void>((resolve) => (enter = resolve))
    const left = new Promise<void>((resolve) => (leave = resolve))
    const slow: StellarNetwork = {
      ...network,
      creditsAfter: async (...asked) => {
        const page = await network.creditsAfter(...asked)
        enter()
        await left
        return page
      },
    }
    const collect = world.collect(slow)
    const sleeper = collect(account)
    await entered
    expect(await collect(account)).toMatchObject({ refusal: { code: 'seat_taken' } })
    expect(await world.collect(network)(account)).toMatchObject({
      refusal: { code: 'seat_taken' },
    })
    world.pass(20_001)
    expect(await world.collect(network)(account)).toMatchObject({ value: { added: 1 } })
    leave()
    expect(await sleeper).toMatchObject({ refusal: { code: 'seat_taken' } })
    expect((await seen(first.id))?.match.state).toBe('waiting')
  })
})

it('a collector keeps its seat from page to page, however many there are', async () => {
  const [account, network] = [anAccount(), memoryNetwork()]
  network.credit(...Array.from({ length: 401 }, () => aStellarPayment({ account })))
  const others: unknown[] = []
  const slow: StellarNetwork = {
    ...network,
    creditsAfter: async (...asked) => {
      world.pass(15_000)
      others.push(await world.collect(network)(account))
      return network.creditsAfter(...asked)
    },
  }
  const outcome = { ok: true, value: { pages: 3, added: 401 } }
  expect(await world.collect(slow)(account)).toEqual(outcome)
  expect(others).toEqual(Array(3).fill({ ok: false, refusal: { code: 'seat_taken' } }))
})

describe('a collector that is killed', () => {
  const killed = new Error('killed')

  it.each([1, 2, 3, 4])(
    'loses and doubles nothing (in its commit number %i) (AP-1.4)',
    async (fatal) => {
      const account = anAccount()
      const transaction = await world.open({ distributionAccount: account })
      const network = memoryNetwork()
      network.credit(paymentFor(transaction, { account }))
      let commits = 0
      const dying: typeof world.commit = (work) =>
        world.commit(async (records) => {
          commits += 1
          const answer = await work(records)
          if (commits >= fatal) throw killed
          return answer
        })
      const ended = await world
        .collect(
          network,
          dying,
        )(account)
        .catch((error: unknown) => error)
      expect(ended).toEqual(fatal <= 3 ? killed : { ok: true, value: { pages: 1, added: 1 } })
      world.pass(20_001)
      await world.collect(network)(account)
      expect(await world.match(account)).toEqual({ matched: 1, unmatched: 0 })
      expect((await world.stateOf(transaction.id)).payout?.state).toBe('due')
      expect(await cursorOf(account)).toBe(await network.newestCursor())
    },
  )
})

describe('matching', () => {
  const memo = (value: string, type: Memo['type'] = 'id'): Memo => ({ type, value })

  async function fund(
    transaction: Transaction,
    ...changes: Parameters<typeof paymentFor>[1][]
  ): Promise<readonly (string | undefined)[]> {
    const account = transaction.distributionAccount
    const network = memoryNetwork()
    const payments = changes.map((change) => paymentFor(transaction, { account, ...change }))
    network.credit(...payments)
    await world.collect(network)(account)
    await world.match(account)
    const found = await Promise.all(payments.map(({ id }) => seen(id)))
    return found.map((payment) => {
      const match = payment?.match
      return match?.state === 'unmatched' ? match.reason : match?.state
    })
  }

  it('funds a transaction by the first payment and keeps the second unmatched (SEP31-49, AP-1.12, POLARIS-8.12)', async () => {
    const transaction = await world.open({ distributionAccount: anAccount() })
    expect(await fund(transaction, {}, {})).toEqual(['matched', 'already_funded'])
    expect((await world.stateOf(transaction.id)).transaction?.version).toBe(2)
  })

  it('tells each misfit with its reason, and pays out none (SEP31-46, SEP31-47, SEP31-49, AP-1.6, AP-1.7, AP-1.12, POLARIS-8.12, POLARIS-8.15)', async () => {
    const transaction = await world.open({ distributionAccount: anAccount(), memo: memo('123') })
    const { units } = paymentFor(transaction)
    const reasons = await fund(
      transaction,
      { memo: { type: 'none' } },
      { memo: memo('123', 'text') },
      { memo: memo('124') },
      { memo: memo('5'), muxedId: '123' },
      { asset: 'stellar:SRT:GCDNJUBQSX7AJWLJACMJ7I4BC3Z47BQUTMHEICZLE6MU4KQBRYG5JY6B' },
      { asset: 'stellar:native' },
      { units: units - 1n },
      { units: units + 1n },
      { kind: 'account_merge' },
      { kind: 'create_account' },
      { kind: 'claim_claimable_balance' },
      { from: transaction.distributionAccount },
      { ledgerClosedAt: new Date(transaction.lapsesAt.getTime() + 1) },
    )
    expect(reasons).toEqual([
      'no_memo',
      'unknown_memo',
      'unknown_memo',
      'conflicting_memo',
      'wrong_asset',
      'wrong_asset',
      'wrong_amount',
      'wrong_amount',
      'not_a_payment',
      'not_a_payment',
      'not_a_payment',
      'not_a_payment',
      'too_late',
    ])
    const { transaction: kept, payout } = await world.stateOf(transaction.id)
    expect(kept).toMatchObject({ phase: 'awaitingFunds', version: 1 })
    expect(payout).toBeUndefined()
  })

  it('makes one job of what is due together, and tells of each which payment it was (SEP31-51)', async () => {
    const account = anAccount()
    const first = await world.open({ distributionAccount: account })
    const second = await world.open({ distributionAccount: account })
    const payments = [second, first].map((transaction) => paymentFor(transaction, { account }))
    const network = memoryNetwork()
    network.credit(...payments)
    await world.collect(network)(account)
    await world.takeJobs()
    world.pass(60_000)
    expect(await world.match(account)).toEqual({ matched: 2, unmatched: 0 })
    const ids = [second.id, first.id]
    const { now } = world.clock
    for (const id of ids) {
      const { transaction, payout } = await world.stateOf(id)
      expect([transaction?.updatedAt, payout?.dueAt, payout?.updatedAt]).toEqual([now, now, now])
    }
    const subject = `${second.id}-0-0-and-1`
    const job = { name: 'send-payouts', payload: { transactionIds: ids }, subject }
    expect(await world.takeJobs()).toEqual([job])
    await world.commit(({ events }) => events.assignSequences(1000))
    const told = await Promise.all(
      ids.map((id) => world.read(({ events }) => events.ofTransaction(id))),
    )
    const actors = payments.map(({ id }) => [{ kind: 'network', stellarPaymentId: id }])
    expect(told.map((events) => events.map(({ actor }) => actor))).toEqual(actors)
    const matches = await Promise.all(payments.map(async ({ id }) => (await seen(id))?.match))
    expect(matches).toEqual(ids.map((transactionId) => ({ state: 'matched', transactionId })))
  })

  it('takes the id of a muxed destination for an id memo (SEP31-48)', async () => {
    const transaction = await world.open({ distributionAccount: anAccount(), memo: memo('77') })
    const muxed = { memo: { type: 'none' as const }, muxedId: '77' }
    expect(await fund(transaction, muxed)).toEqual(['matched'])
  })

  it('does not look at who pays (SEP31-44)', async () => {
    const transaction = await world.open({ distributionAccount: anAccount() })
    expect(await fund(transaction, { from: anAccount() })).toEqual(['matched'])
  })

  it('looks at the account, too: the same memo elsewhere is unknown (SEP31-44)', async () => {
    const transaction = await world.open({ distributionAccount: anAccount() })
    const elsewhere = { ...transaction, distributionAccount: anAccount() }
    expect(await fund(elsewhere, {})).toEqual(['unknown_memo'])
  })

  it('lists unmatched payments newest first, by reason, page by page', async () => {
    const transaction = await world.open({ distributionAccount: anAccount() })
    await fund(transaction, { units: 1n }, { units: 2n }, { units: 3n })
    const list = (before?: PaymentKey) =>
      world.read(({ stellarPayments }) =>
        stellarPayments.listUnmatched({
          reason: 'wrong_amount',
          limit: 2,
          ...(before === undefined ? {} : { before }),
        }),
      )
    const page = await list()
    expect(page.map(({ units }) => units)).toEqual([3n, 2n])
    const named = { transactionId: transaction.id }
    expect(page[0]?.match).toEqual({ state: 'unmatched', reason: 'wrong_amount', ...named })
    expect((await list(page.at(-1)))[0]?.units).toBe(1n)
    expect(await list({ epoch: 1, id: 'no number', account: '' })).toEqual([])
  })

  it('matches 1000 payments in two batches, each once', async () => {
    const account = anAccount()
    const network = memoryNetwork()
    const opened = await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        world.open({ distributionAccount: account, memo: memo(`${index}`) }),
      ),
    )
    network.credit(...opened.map((transaction) => paymentFor(transaction, { account })))
    await world.collect(network)(account)
    const [one, other] = await Promise.all([world.match(account), world.match(account)])
    expect(one.matched + other.matched).toBe(1000)
    const due = await world.read(({ payouts }) => payouts.due(world.clock.now, 2000))
    const ids = new Set(opened.map(({ id }) => id))
    expect(due.filter(({ transactionId }) => ids.has(transactionId))).toHaveLength(1000)
  })
})
