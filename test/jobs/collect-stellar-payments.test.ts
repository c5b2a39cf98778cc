import { expect, it } from 'vitest'
import { collectStellarPaymentsJob } from '../../jobs/collect-stellar-payments.ts'
import { accepted, refused } from '../../src/domain/outcome.ts'

it.each([
  ['nothing was held back', 0, ['match', 'recheck']],
  ['a second reading finds something', 1, ['match', 'recheck', 'match']],
])('matches what is read before it reads again, and after: %s', async (_, found, expected) => {
  const done: string[] = []
  const job = collectStellarPaymentsJob({
    collectStellarPayments: async () => accepted({ pages: 1, added: 1 }),
    matchStellarPayments: async () => {
      done.push('match')
      return { matched: 1, unmatched: 0 }
    },
    recheckStellarPayments: async () => {
      done.push('recheck')
      return accepted(found)
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
