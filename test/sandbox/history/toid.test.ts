import { expect, test } from 'vitest'
import { amountWords } from '../../../src/sandbox/network/history/assets.ts'
import { afterLedger, toid } from '../../../src/sandbox/network/history/toid.ts'

test.each([
  [[3, 0, 0], 12884901888n],
  [[3, 1, 0], 12884905984n],
  [[3, 1, 1], 12884905985n],
  [[3, 2, 5], 12884910085n],
] as const)(
  'packs ledger, transaction and operation %j into %d (SBX-58, SBX-59)',
  ([l, t, o], id) => {
    expect(toid(l, t, o)).toBe(id)
  },
)

test('places the end of a ledger after everything in it (SBX-59, SBX-60)', () => {
  expect(afterLedger(3)).toBe(17179869183n)
})

test.each([
  [0n, '0.0000000'],
  [1n, '0.0000001'],
  [-15n, '-0.0000015'],
  [100_000_000_000n, '10000.0000000'],
  [9223372036854775807n, '922337203685.4775807'],
])('writes %d stroops with exactly seven digits (SBX-17)', (stroops, words) => {
  expect(amountWords(stroops)).toBe(words)
})
