import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
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

  it('tells of an answer in another form where it begins to differ', async () => {
    const listed = z.object({ payouts: z.array(z.object({ id: z.string(), on: z.string() })) })
    const misfit = (answer: unknown) => listed.safeParse(answer).error
    const failures = [
      [misfit({ payouts: [{ id: '1' }, {}] }), 'payouts.0.on', 'string', 'undefined'],
      [misfit([]), 'the answer', 'object', 'array'],
    ] as const
    for (const [cause, place, expected, received] of failures) {
      const fault = `(${place}: Invalid input: expected ${expected}, received ${received})`
      const outer = new Error('The bank answered 200 with no list', { cause })
      const said = await examined(() => Promise.reject(new Error('asked', { cause: outer })))
      expect(said).toEqual(failed(`The bank answered 200 with no list ${fault}`))
      const alone = await examined(() => Promise.reject(cause ?? new Error()))
      expect(alone).toEqual(failed(`it answers in another form ${fault}`))
    }
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
