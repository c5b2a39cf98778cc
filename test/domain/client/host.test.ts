import { describe, expect, it } from 'vitest'
import { matchHomeDomain, readHost } from '../../../src/domain/client/host.ts'

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
