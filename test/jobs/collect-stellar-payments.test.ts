import { expect, it } from 'vitest'
import { collectStellarPaymentsJob } from '../../jobs/collect-stellar-payments.ts'
import { accepted, refused } from '../../src/domain/outcome.ts'

const once = ['match GDIST', 'matched', 'recheck GDIST']
const again = [...once, 'match GDIST', 'matched']

it.each([
  ['nothing was held back', accepted(0), once],
  ['a second reading finds something', accepted(1), again],
  ['there is no second reading', refused({ code: 'network_stopped' } as const), once],
])('matches what is read before it reads again, and after: %s', async (_, found, expected) => {
  const done: string[] = []
  const job = collectStellarPaymentsJob({
    collectStellarPayments: async () => accepted({ pages: 1, added: 1 }),
    matchStellarPayments: async (account) => {
      done.push(`match ${account}`)
      await new Promise((resolve) => setImmediate(resolve))
      done.push('matched')
      return { matched: 1, unmatched: 0 }
    },
    recheckStellarPayments: async (account) => {
      done.push(`recheck ${account}`)
      return found
    },
  })
  expect(await job({ account: 'GDIST' })).toEqual({ done: true })
  expect(done).toEqual(expected)
})

it.each(['seat_taken', 'network_stopped'] as const)('does nothing more after %s', async (code) => {
  const never = () => Promise.reject(new Error('nothing more is to be done'))
  const job = collectStellarPaymentsJob({
    collectStellarPayments: async () => refused({ code }),
    matchStellarPayments: never,
    recheckStellarPayments: never,
  })
  expect(await job({ account: 'GDIST' })).toEqual({ done: true })
})
