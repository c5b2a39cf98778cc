import { afterEach, describe, expect, it, vi } from 'vitest'
import { hostLookup } from '../../../src/adapters/guarded-fetch/host-lookup.ts'

afterEach(() => void vi.useRealTimers())

describe('the host of a callback', () => {
  it.each<[string, readonly string[], boolean]>([
    ['public addresses only', ['93.184.216.34', '2606:4700::1111'], true],
    ['a private address beside public ones', ['93.184.216.34', '10.0.0.1'], false],
    ['a private address before public ones', ['10.0.0.1', '93.184.216.34'], false],
    ['this machine', ['127.0.0.1'], false],
  ])('that leads to %s: public %j %s (AP-2.4)', async (_, addresses, expected) => {
    const asked: string[] = []
    const lookup = hostLookup((host) => {
      asked.push(host)
      return Promise.resolve(addresses)
    })
    expect(await lookup.isPublic('https://wallet.example:8443/told?a=b')).toBe(expected)
    expect(asked).toEqual(['wallet.example'])
  })

  it('that is an address itself is judged as that (AP-2.4)', async () => {
    const lookup = hostLookup()
    for (const [host, isPublic] of [
      ['localhost', false],
      ['127.0.0.1', false],
      ['[::1]', false],
      ['[fd00:ec2::254]', false],
      ['[fe80::1]', false],
      ['93.184.216.34', true],
      ['[2606:4700::1111]', true],
    ] as const) {
      expect([host, await lookup.isPublic(`https://${host}/`)]).toEqual([host, isPublic])
    }
  })

  it('that cannot be looked up now is not held against the caller (AP-2.4)', async () => {
    const failing = hostLookup(() => Promise.reject(new Error('no answer')))
    expect(await failing.isPublic('https://wallet.example/')).toBe(true)
  })

  it('that is not looked up within two seconds is not held against the caller (AP-2.4)', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const takes = (ms: number) =>
      hostLookup(
        () => new Promise((resolve) => setTimeout(() => resolve(['127.0.0.1']), ms)),
      ).isPublic('https://wallet.example/')
    const answers = Promise.all([takes(1_999), takes(2_001), takes(90_000)])
    await vi.advanceTimersByTimeAsync(90_000)
    vi.useRealTimers()
    expect(await answers).toEqual([false, true, true])
  })
})
