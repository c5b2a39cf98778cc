import { describe, expect, it } from 'vitest'
import { defaultHomeDomain, matchHomeDomain, readHost } from '../../../src/domain/client/host.ts'
import { capitals, digits, signsThatFit, smallLetters, sorted } from '../../builders/letters.ts'

describe('a host that somebody else names', () => {
  it.each([
    ['wallet.example', 'wallet.example'],
    ['Wallet.EXAMPLE:8443', 'wallet.example:8443'],
    ['localhost', 'localhost'],
    ['10.0.0.1', '10.0.0.1'],
    [`${'a'.repeat(60)}.com`, `${'a'.repeat(60)}.com`],
  ])('is read in lower case: %s (SEP01-55, SEP10-47)', (text, host) => {
    expect(readHost(text)).toBe(host)
    expect(new URL(`https://${text}`).host).toBe(host)
  })

  it.each([
    '',
    ' ',
    'https://a.example',
    'a.example/',
    'a.example/x',
    'a@b.example',
    'a.example?x',
    'a.example#x',
    'a b.example',
    'a.example\n',
    'a.example\0',
    'a..example',
    '.example',
    'a.example.',
    '-a.example',
    'a.example:',
    'a.example:0',
    'a.example:99999x',
    'ä.example',
    '[::1]',
    '%61.example',
    `${'a'.repeat(61)}.com`,
    `${'a'.repeat(64)}`,
  ])(
    'is refused when it is no bare host of at most 64 bytes: %j (SEP01-55, SEP10-46, SEP10-47)',
    (text) => {
      expect(readHost(text)).toBeUndefined()
      expect(matchHomeDomain([text, '*.example'], text)).toBeUndefined()
    },
  )
})

describe('the form of a host', () => {
  const isHost = (text: string) => readHost(text) !== undefined
  const alphanumeric = sorted(digits + capitals + smallLetters)

  it('is of letters, digits and hyphens, with no hyphen at an end of a label (SEP10-46)', () => {
    for (const text of ['_b.example', 'b_.example', '_', 'a._']) {
      expect(signsThatFit(isHost, text)).toBe(alphanumeric)
    }
    expect(signsThatFit(isHost, 'b_b.example')).toBe(`-.${alphanumeric}`)
  })

  it('has labels of 1 to 63 signs, and a port of 1 to 5 digits without a needless zero', () => {
    const lengths = (text: (length: number) => string) =>
      Array.from({ length: 70 }, (_, length) => length).filter((length) => isHost(text(length)))
    const [least, ...more] = lengths((length) => 'a'.repeat(length))
    expect([least, more.at(-1)]).toEqual([1, 63])
    expect(lengths((length) => `a:${'1'.repeat(length)}`)).toEqual([1, 2, 3, 4, 5])
    expect(signsThatFit(isHost, 'a:_')).toBe(digits.slice(1))
    expect(signsThatFit(isHost, 'a:1_')).toBe(digits)
  })
})

describe('a home domain that is asked for', () => {
  const patterns = ['*.Wallets.example', 'Anchor.example', 'other.example']

  it.each([
    ['anchor.example', 'anchor.example'],
    ['ANCHOR.example', 'anchor.example'],
    ['other.example', 'other.example'],
    ['a.wallets.example', 'a.wallets.example'],
    ['A.b.wallets.example', 'a.b.wallets.example'],
    ['wallets.example', undefined],
    ['xwallets.example', undefined],
    ['a.wallets.example.org', undefined],
    ['x.anchor.example', undefined],
    ['anchorxexample', undefined],
  ])(
    'is ours by a name, or by whole labels before a pattern: %s (SEP10-27 to 29)',
    (asked, ours) => {
      expect(matchHomeDomain(patterns, asked)).toBe(ours)
    },
  )

  it('has at most the 59 bytes that fit into a name of data (SEP10-04)', () => {
    const long = `${'a'.repeat(59 - '.wallets.example'.length)}.wallets.example`
    expect(matchHomeDomain(patterns, long)).toBe(long)
    expect(matchHomeDomain(patterns, `a${long}`)).toBeUndefined()
  })

  it('is the first that is no pattern when none is named (SEP10-07, SEP10-26)', () => {
    expect(defaultHomeDomain(patterns)).toBe('anchor.example')
    expect(defaultHomeDomain(['*.wallets.example'])).toBeUndefined()
  })
})
