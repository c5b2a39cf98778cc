import { describe, expect, it } from 'vitest'
import { readCallbackUrl, writtenHost } from '../../../src/domain/callback/callback-url.ts'
import {
  defaultCallbackPatience,
  meaningOf,
  retryDelayMs,
} from '../../../src/domain/callback/retry.ts'

const strict = { allowHttp: false, allowPrivateHosts: false }
const codeOf = (url: string, rules = strict) => {
  const read = readCallbackUrl(url, rules)
  return read.ok ? 'accepted' : read.refusal.code
}

describe('the address of a callback', () => {
  it.each([
    'https://wallet.example.com',
    'https://wallet.example.com:8443/callback?x=1',
    'https://8.8.8.8/callback',
    'https://[2606:4700::1111]/callback',
    'HTTPS://wallet.example.com/callback',
    'https://wallet.example.com/',
    'https://wallet.example.com?',
    'https://a.local.example.com/a@b',
    'https://[2a00:1450:9::1]/',
    'https://[2902::1]/',
    'https://[2001:4860:4860::8888]/',
    'https://[2001:d::1]/',
    'https://[2001:db80::1]/',
    'https://[2020::2002]/',
    'https://[3fff:0:2002::1]/',
    'https://[2003:2001:db8::]/',
    'https://10.0.0.example.com/',
    'https://a.notlocal/',
    'https://a.homexarpa/',
    'https://localhost.example/',
    'https://internal.example/',
    'https://10.0.0.1.example.com/',
    'https://x.10.0.0.com/',
    `https://wallet.example.com/${'x'.repeat(1973)}`,
  ])('may be %s', (url) => {
    expect(codeOf(url)).toBe('accepted')
  })

  it('is kept as it was written, because its host is signed as written', () => {
    const url = 'https://Wallet.Example.com:443/Callback'
    expect(readCallbackUrl(url, strict)).toEqual({ ok: true, value: url })
    expect(writtenHost(url)).toBe('Wallet.Example.com:443')
    expect(writtenHost('https://wallet.example.com?x=1')).toBe('wallet.example.com')
    expect(writtenHost('no address')).toBe('')
  })

  it.each([
    'wallet.example.com',
    'ftp://wallet.example.com',
    'https://',
    'https://user:password@wallet.example.com',
    'https://wallet.example.com/#fragment',
    'https://wallet.example.com/a b',
    'https:\\\\wallet.example.com',
    'https://wallet.example.com:99999/',
    'https://wallet.example.com\\callback',
    'https://wallet.example.com#',
    'https://wallet.example.com/a\\b',
    'https://wallet.example.com/?a#b',
    'https://wallet .example.com/',
    'https://wallet\t.example.com/',
    'https://@wallet.example.com',
    'https:///callback',
    'https://?x',
    'https:wallet.example.com',
    'x https://wallet.example.com',
    'https://wallet.example.com/\n',
    ` https://wallet.example.com`,
    `https://wallet.example.com/${'x'.repeat(1974)}`,
  ])('is refused when malformed: %j (SEP31-82)', (url) => {
    expect(codeOf(url)).toBe('callback_url_malformed')
  })

  it('has to be https, unless the configuration allows http (SEP31-82)', () => {
    expect(codeOf('http://wallet.example.com')).toBe('callback_url_insecure')
    expect(codeOf('http://wallet.example.com', { ...strict, allowHttp: true })).toBe('accepted')
  })

  it('is told by the first fault: its form, then http, then where it leads (SEP31-82)', () => {
    const http = { ...strict, allowHttp: true }
    expect(codeOf('http://localhost/#a')).toBe('callback_url_malformed')
    expect(codeOf('http://localhost/')).toBe('callback_url_insecure')
    expect(codeOf('http://localhost/', http)).toBe('callback_url_private')
    expect(codeOf('http://localhost/', { allowHttp: false, allowPrivateHosts: true })).toBe(
      'callback_url_insecure',
    )
    expect(codeOf('HTTP://wallet.example.com/')).toBe('callback_url_insecure')
  })

  it.each([
    'localhost',
    'printer',
    'wallet.local',
    'a.internal',
    'a.localhost',
    'router.home.arpa',
    'a.b.local.',
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '2130706433',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '192.0.0.1',
    '198.18.0.1',
    '198.19.255.255',
    '224.0.0.1',
    '255.255.255.255',
    '[::1]',
    '[::]',
    '[fe80::1]',
    '[fc00::1]',
    '[::ffff:10.0.0.1]',
    '[64:ff9b::a00:1]',
    '[2002:a00:1::]',
    '[2001:0:a00:1::]',
    '[2001::1]',
    '[2001:db8::1]',
    '[1fff::1]',
    '[4000::1]',
    '[200::1]',
    '[::2001:4860]',
    'localhost.',
  ])('must not lead into a private network: %s (SEP31-82, SEP31-W29, POLARIS-8.24)', (host) => {
    for (const rest of ['/callback', ':8443/callback', '', ':1', '?x=1.2.3.4', '/8.8.8.8']) {
      const codes = [strict, { ...strict, allowPrivateHosts: true }].map((rules) =>
        codeOf(`https://${host}${rest}`, rules),
      )
      expect([rest, ...codes]).toEqual([rest, 'callback_url_private', 'accepted'])
    }
  })

  it.each([
    [undefined, '0.0.0.0', '0.255.255.255', '1.0.0.0'],
    ['9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0'],
    ['100.63.255.255', '100.64.0.0', '100.127.255.255', '100.128.0.0'],
    ['126.255.255.255', '127.0.0.0', '127.255.255.255', '128.0.0.0'],
    ['169.253.255.255', '169.254.0.0', '169.254.255.255', '169.255.0.0'],
    ['172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0'],
    ['191.255.255.255', '192.0.0.0', '192.0.255.255', '192.1.0.0'],
    ['192.167.255.255', '192.168.0.0', '192.168.255.255', '192.169.0.0'],
    ['198.17.255.255', '198.18.0.0', '198.19.255.255', '198.20.0.0'],
    ['223.255.255.255', '224.0.0.0', '255.255.255.255', undefined],
  ])('may lead to %s, not to %s to %s, and again to %s (SEP31-82)', (...addresses) => {
    const codes = addresses.map((host) => host && codeOf(`https://${host}/`))
    const [before, , , after] = addresses
    expect(codes).toEqual([
      before && 'accepted',
      'callback_url_private',
      'callback_url_private',
      after && 'accepted',
    ])
  })
})

describe('the answer to a callback', () => {
  it('delivers with any 2xx, and says with 400 that the fault is ours (SEP31-89)', () => {
    expect([200, 202, 204, 299].map(meaningOf)).toEqual(Array(4).fill('delivered'))
    expect(meaningOf(400)).toBe('refused')
    expect([199, 300, 301, 401, 404, 429, 500, 503].map(meaningOf)).toEqual(
      Array(8).fill('try_again'),
    )
  })

  it('is asked for again later and later, within a bound (SEP31-88)', () => {
    const patience = { triesMax: 5, firstDelayMs: 1_000, delayMaxMs: 5_000 }
    expect([1, 2, 3, 4, 50].map((tries) => retryDelayMs(tries, patience))).toEqual([
      1_000, 2_000, 4_000, 5_000, 5_000,
    ])
  })

  it('is asked for ten times within about an hour and a half, unless told otherwise (SEP31-88)', () => {
    const { triesMax } = defaultCallbackPatience
    const waits = Array.from({ length: triesMax - 1 }, (_, wait) =>
      retryDelayMs(wait + 1, defaultCallbackPatience),
    )
    const minutes = waits.reduce((sum, ms) => sum + ms, 0) / 60_000
    expect([triesMax, Math.round(minutes)]).toEqual([10, 85])
    expect(retryDelayMs(20, defaultCallbackPatience)).toBe(3_600_000)
    expect(retryDelayMs(0, defaultCallbackPatience)).toBe(10_000)
  })
})
