import { describe, expect, it } from 'vitest'
import { FetchRefused } from '../../../src/adapters/guarded-fetch/guarded-fetch.ts'
import { homePages } from '../../../src/adapters/guarded-fetch/home-pages.ts'
import { accountOf } from '../../../src/domain/client/account-address.ts'

const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'

describe('the key of a domain', () => {
  it('is each of its own domain, whoever else is asked about at the same time (SEP01-58)', async () => {
    const other = accountOf(new Uint8Array(32).fill(1))
    const keys = new Map([
      ['a.example', account],
      ['b.example', other],
    ])
    const asked: unknown[] = []
    const told: unknown[] = []
    const pages = homePages({
      fetch: async (request) => {
        asked.push(request)
        const key = keys.get(new URL(request.url).host)
        return {
          status: key === undefined ? 404 : 200,
          bytes: Buffer.from(`SIGNING_KEY = "${key}"`),
        }
      },
      now: () => new Date(0),
      onRefused: (what) => told.push(what),
    })
    const domains = ['a.example', 'B.Example', 'c.example', 'b.example', 'a.example']
    const found = [
      { ok: true, value: account },
      { ok: true, value: other },
      { ok: false, refusal: { code: 'unreachable' } },
      { ok: true, value: other },
      { ok: true, value: account },
    ]
    const ask = () => Promise.all(domains.map((domain) => pages.signingKeyOf(domain)))
    expect([await ask(), await ask()]).toEqual([found, found])
    expect(asked).toEqual(
      ['a', 'b', 'c'].map((name) => ({ url: `https://${name}.example/.well-known/stellar.toml` })),
    )
    expect(told).toEqual([{ domain: 'c.example', fault: 'status 404' }])
  })

  it('is refused for what is no domain, which is neither asked nor told (SEP01-55)', async () => {
    const asked: unknown[] = []
    const pages = homePages({
      fetch: (request) => {
        asked.push(request)
        return Promise.reject(new FetchRefused('unreachable'))
      },
      now: () => new Date(0),
      onRefused: (what) => asked.push(what),
    })
    const refused = { ok: false, refusal: { code: 'unreachable' } }
    for (const domain of ['a/b', '', 'https://a.b']) {
      expect(await pages.signingKeyOf(domain)).toEqual(refused)
    }
    expect(asked).toEqual([])
  })

  it('is remembered from when it was asked for, and a refusal from when it came (SEP01-58)', async () => {
    let now = 0
    let asked = 0
    const answeringIn = (answerMs: number, status: number, key = account) => {
      const pages = homePages({
        fetch: async () => {
          asked += 1
          await Promise.resolve()
          now += answerMs
          return { status, bytes: Buffer.from(`SIGNING_KEY = "${key}"`) }
        },
        now: () => new Date(now),
      })
      return async (at: number) => {
        now = at
        const before = asked
        await pages.signingKeyOf('a.example')
        return asked - before
      }
    }
    for (const refused of [answeringIn(10_000, 404), answeringIn(10_000, 200, 'no key')]) {
      expect([await refused(0), await refused(24_999), await refused(25_000)]).toEqual([1, 0, 1])
    }
    const found = answeringIn(10_000, 200)
    expect([await found(0), await found(299_999), await found(300_000)]).toEqual([1, 0, 1])
  })
})
