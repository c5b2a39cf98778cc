import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/sandbox/network/network/seeded.ts'

/** A seed that a failing run printed has to mean the same in every version (SBX-05, SBX-116). */
test('the numbers of a seed are those of mulberry32, from the first bytes of its SHA-256', () => {
  const [random, another] = [seededRandom('fairlead'), seededRandom('another')]
  const words = [random, random, random, random, another, another].map((next) => next() * 2 ** 32)
  expect(words).toEqual([1076875912, 1302560034, 243230785, 4200922820, 1683566518, 558636083])
})
