import { afterEach, describe, expect, it, vi } from 'vitest'
import { examine, fault, good } from '../../src/cli/doctor/finding.ts'

afterEach(() => vi.useRealTimers())

const away = (reason: string) => fault(reason, 'Start it')
const examined = (look: () => Promise<never>) => examine('Bank', look, away)
const failed = (reason: string) => ({ part: 'Bank', findings: [fault(reason, 'Start it')] })

describe('an examination', () => {
  it('tells what it found', async () => {
    const findings = [good('it is there')]
    expect(await examine('Bank', () => Promise.resolve(findings), away)).toEqual({
      part: 'Bank',
      findings,
    })
  })

  it('tells the innermost cause of what went wrong', async () => {
    const refused = new Error('connect ECONNREFUSED 127.0.0.1:1')
    const outer = new Error('fetch failed', { cause: new Error('asked', { cause: refused }) })
    expect(await examined(() => Promise.reject(outer))).toEqual(failed(refused.message))
  })

  it('tells the first of several, and the code of one without words', async () => {
    const several = new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')])
    expect(await examined(() => Promise.reject(several))).toEqual(failed('::1 refused'))
    for (const errors of [[new Error('alone')], []]) {
      const failure = new AggregateError(errors, 'all of none')
      const said = errors[0]?.message ?? 'all of none'
      expect(await examined(() => Promise.reject(failure))).toEqual(failed(said))
    }
    const wordless = Object.assign(new Error(''), { code: 'ETIMEDOUT' })
    expect(await examined(() => Promise.reject(wordless))).toEqual(failed('ETIMEDOUT'))
  })

  it('waits ten seconds for an answer and no longer', async () => {
    vi.useFakeTimers()
    const looking = examined(() => new Promise(() => undefined))
    let isDone = false
    void looking.then(() => (isDone = true))
    await vi.advanceTimersByTimeAsync(9_999)
    expect(isDone).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await looking).toEqual(failed('no answer within 10 s'))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves no timer behind that keeps the process', async () => {
    vi.useFakeTimers()
    await examine('Bank', () => Promise.resolve([]), away)
    expect(vi.getTimerCount()).toBe(0)
  })
})
