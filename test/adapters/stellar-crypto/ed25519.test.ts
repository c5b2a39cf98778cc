import { Keypair } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import { isRefusedByNetwork } from '../../../src/adapters/stellar-crypto/ed25519.ts'

// OpenSSL from 3.5 on refuses points of small order as well; what came before it does not.
const between = 'ff'.repeat(30)

/** The same y, with the sign bit of x. */
const withSign = (bytes: readonly number[]): readonly number[] => [
  ...bytes.slice(0, 31),
  (bytes[31] ?? 0) | 0x80,
]

describe('a key that the network refuses', () => {
  it.each([
    ['00'.repeat(32), true],
    [`01${'00'.repeat(31)}`, true],
    ['26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', true],
    ['c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', true],
    [`ec${between}7f`, true],
    [`ed${between}7f`, true],
    [`ee${between}7f`, true],
    [`ff${between}7f`, true],
    [`eb${between}7f`, false],
    [`ed${between}7e`, false],
    [`edfe${'ff'.repeat(29)}7f`, false],
    [`ed${'ff'.repeat(29)}fe7f`, false],
    [`02${'00'.repeat(31)}`, false],
    [`01${'00'.repeat(30)}01`, false],
    [Buffer.from(Keypair.master('a').rawPublicKey()).toString('hex'), false],
  ])('is of small order or beyond the field: %s, %s (SEP10-93)', (hex, isRefused) => {
    const bytes = [...Buffer.from(hex, 'hex')]
    expect([isRefusedByNetwork(bytes), isRefusedByNetwork(withSign(bytes))]).toEqual([
      isRefused,
      isRefused,
    ])
  })
})
