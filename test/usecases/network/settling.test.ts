import { expect, it } from 'vitest'
import { keepSettling } from '../../../src/usecases/network/settling.ts'

const closedAt = (sequence: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, sequence))
const head = (sequence: number, elder = 1) => ({
  latest: { sequence: BigInt(sequence), closedAt: closedAt(sequence) },
  elder: BigInt(elder),
})
const settledAt = (sequence: number) => ({ ledger: BigInt(sequence), until: closedAt(sequence) })

it('calls nothing settled before there were twelve looks', () => {
  const settling = keepSettling()
  for (let look = 1; look < 12; look += 1) {
    expect(settling.note(1, head(look))).toEqual({ elder: 1n })
  }
  expect(settling.note(1, head(12)).settled).toEqual(settledAt(1))
})

it('goes by the lowest of the last looks, wherever among them it was', () => {
  const settling = keepSettling(3)
  const told = [50, 10, 51, 52, 53, 40].map(
    (sequence) => settling.note(1, head(sequence)).settled?.ledger,
  )
  expect(told).toEqual([undefined, undefined, 10n, 10n, 51n, 40n])
})

it('tells the oldest ledger that every one of them has', () => {
  const settling = keepSettling(3)
  const told = [5, 9, 7, 6, 2].map((elder) => settling.note(1, head(50, elder)).elder)
  expect(told).toEqual([5n, 9n, 9n, 9n, 7n])
})

it('begins anew with a new run of the network', () => {
  const settling = keepSettling(2)
  settling.note(1, head(50, 9))
  settling.note(1, head(51, 9))
  expect(settling.note(2, head(4))).toEqual({ elder: 1n })
  expect(settling.note(2, head(5)).settled).toEqual(settledAt(4))
})
