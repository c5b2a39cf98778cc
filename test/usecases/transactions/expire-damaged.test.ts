import { expect, it } from 'vitest'
import { DatabaseUnavailable } from '../../../src/usecases/ports/commit.ts'
import type { Records } from '../../../src/usecases/ports/commit.ts'
import {
  expireTransactions,
  TransactionsUnended,
} from '../../../src/usecases/transactions/expire-transactions.ts'
import { aTransaction } from '../../builders/transaction.ts'

/** Lapsed transactions in the order of their deadlines; none can be read whose id begins with `damaged`. */
function table(...ids: readonly string[]) {
  const lapsed = new Set(ids)
  const ended: string[] = []
  const mended = new Set<string>()
  let [rounds, commits] = [0, 0]
  const transactions = {
    lapsed: async ({ limit }: { readonly limit: number }) => {
      rounds += 1
      if (rounds > 9) throw new Error('it was asked again and again')
      return [...lapsed].slice(0, limit)
    },
    lockLapsed: async (asked: readonly string[]) => {
      if (asked.includes('away')) throw new DatabaseUnavailable('away')
      const damaged = asked.find((id) => id.startsWith('damaged') && !mended.has(id))
      if (asked.length > 2 && asked.includes('shy')) throw new Error('too many at once')
      if (damaged !== undefined) throw new Error(`${damaged} is damaged`)
      return asked
        .filter((id) => !id.startsWith('locked'))
        .map((id) => aTransaction({ id, phase: id === 'funded' ? 'payingOut' : 'awaitingFunds' }))
    },
  }
  const records = { transactions } as unknown as Records // no other is asked
  const expire = expireTransactions({
    commit: (work) => {
      commits += 1
      return work(records)
    },
    read: (work) => work(records),
    saveChanges: async (_, changes) =>
      changes.map(({ after }) => {
        lapsed.delete(after.id)
        ended.push(after.id)
        return after
      }),
    now: () => new Date('2026-11-21T14:00:00Z'),
    graceMs: 60_000,
  })
  const mend = (id: string) => void mended.add(id)
  return { expire, ended, mend, commits: () => commits }
}

const many = (kind: string) => Array.from({ length: 203 }, (_, place) => `${kind}-${place}`)

it('ends what lapsed behind more damaged ones than a batch holds (SEP31-76, POLARIS-8.8)', async () => {
  const { expire, ended } = table(...many('damaged'), 'sound')
  const unended = await expire().catch((error: unknown) => error)
  expect(unended).toBeInstanceOf(TransactionsUnended)
  expect(unended).toMatchObject({
    message: '203 transactions cannot be ended, the first is damaged-0',
    cause: { message: 'damaged-0 is damaged' },
  })
  expect(ended).toEqual(['sound'])
})

it('ends nothing that has funds, even if the table took it for lapsed (SEP31-77)', async () => {
  const { expire, ended } = table('funded', 'sound')
  expect(await expire()).toBe(1)
  expect(ended).toEqual(['sound'])
})

it('ends with the next call what was mended since, and counts each call by itself', async () => {
  const { expire, ended, mend } = table('damaged-1', 'sound', 'damaged-2')
  await expect(expire()).rejects.toThrow('2 transactions cannot be ended')
  mend('damaged-1')
  await expect(expire()).rejects.toThrow('1 transactions cannot be ended, the first is damaged-2')
  mend('damaged-2')
  expect(await expire()).toBe(1)
  expect(ended).toEqual(['sound', 'damaged-1', 'damaged-2'])
})

it.each([[['away']], [['sound', 'away']], [['damaged', 'away', 'sound']]])(
  'is away itself while the database is, and takes none of %j for damaged',
  async (ids) => {
    await expect(table(...ids).expire()).rejects.toBeInstanceOf(DatabaseUnavailable)
  },
)

it('makes no commit when nothing lapsed', async () => {
  const { expire, commits } = table()
  expect(await expire()).toBe(0)
  expect(commits()).toBe(0)
})

it('leaves to another worker what it has locked, and asks for it no second time', async () => {
  const { expire, ended } = table(...many('locked'), 'sound')
  expect(await expire()).toBe(0)
  expect(ended).toEqual([])
})

it('leaves those alone also behind damaged ones', async () => {
  const { expire, ended } = table(...many('damaged'), ...many('locked'))
  await expect(expire()).rejects.toThrow('203 transactions cannot be ended')
  expect(ended).toEqual([])
})

it('ends all others, of every half of a batch that broke', async () => {
  const { expire, ended } = table('a', 'damaged', 'b', 'c', 'd')
  await expect(expire()).rejects.toThrow(TransactionsUnended)
  expect(ended.toSorted()).toEqual(['a', 'b', 'c', 'd'])
})

it('counts what it ended in every half of a batch that broke as a whole', async () => {
  const { expire, ended } = table('a', 'b', 'shy', 'c', 'd')
  expect(await expire()).toBe(5)
  expect(ended).toHaveLength(5)
})
