import { describe, expect, it } from 'vitest'
import { gathered } from '../../../src/usecases/commits/gathered.ts'
import { DatabaseUnavailable } from '../../../src/usecases/ports/commit.ts'

/** Groups as they are asked for, each answered when it is told to. */
function desk(answer: (asked: readonly number[]) => ReadonlyMap<number, string> = allOf) {
  const groups: (readonly number[])[] = []
  let go: () => void = () => undefined
  const ask = gathered(async (asked: readonly number[]) => {
    groups.push(asked)
    await new Promise<void>((resolve) => (go = resolve))
    return answer(asked)
  })
  /** Lets group after group go, until all calls are answered. */
  const settled = async <Answer>(calls: Promise<Answer>): Promise<Answer> => {
    let isSettled = false
    const done = calls.finally(() => (isSettled = true))
    done.catch(() => undefined)
    while (!isSettled) {
      expect(groups.length).toBeLessThan(100) // else it is asked for ever
      go()
      await new Promise((resolve) => setImmediate(resolve))
    }
    return done
  }
  return { ask, groups, settled }
}

const allOf = (asked: readonly number[]): ReadonlyMap<number, string> =>
  new Map(asked.map((one) => [one, `answer ${one}`]))
const upTo = (count: number) => Array.from({ length: count }, (_, place) => place)

describe('calls that are gathered', () => {
  it('go together when they come in the same moment, and each gets its own answer', async () => {
    const { ask, groups, settled } = desk()
    const answers = await settled(Promise.all(upTo(3).map(ask)))
    expect(groups).toEqual([[0, 1, 2]])
    expect(answers).toEqual(['answer 0', 'answer 1', 'answer 2'])
  })

  it('wait while a group is under way and are the next one', async () => {
    const { ask, groups, settled } = desk()
    const first = ask(0)
    await Promise.resolve()
    const answers = await settled(Promise.all([first, ask(1), ask(2)]))
    expect(groups).toEqual([[0], [1, 2]])
    expect(answers).toEqual(['answer 0', 'answer 1', 'answer 2'])
  })

  it('do not wait for ever for a group that hangs', async () => {
    const groups: (readonly number[])[] = []
    const ask = gathered(async (asked: readonly number[]) => {
      groups.push(asked)
      return asked.includes(0) ? new Promise<never>(() => undefined) : allOf(asked)
    })
    void ask(0)
    await Promise.resolve()
    expect(await ask(1)).toBe('answer 1')
    expect(groups).toEqual([[0], [1]])
  })

  it('are never more than 50 at once', async () => {
    const { ask, groups, settled } = desk()
    await settled(Promise.all(upTo(120).map(ask)))
    expect(groups.map(({ length }) => length)).toEqual([50, 50, 20])
  })

  it('are asked one after the other when they ask the same', async () => {
    const { ask, groups, settled } = desk()
    const answered: number[] = []
    const calls = [7, 7, 8, 7].map((one, place) => ask(one).then(() => answered.push(place)))
    await settled(Promise.all(calls))
    expect(groups).toEqual([[7, 8], [7], [7]])
    expect(answered).toEqual([0, 2, 1, 3])
  })

  it('are asked again when they were left out', async () => {
    const { ask, groups, settled } = desk((asked) => allOf(asked.slice(0, 2)))
    const answers = await settled(Promise.all(upTo(5).map(ask)))
    expect(groups).toEqual([upTo(5), [2, 3, 4], [4]])
    expect(answers[4]).toBe('answer 4')
  })

  it('go before those that came later when they were left out', async () => {
    const { ask, groups, settled } = desk((asked) => allOf(asked.slice(0, 1)))
    const first = [ask(0), ask(1)]
    await Promise.resolve()
    await settled(Promise.all([...first, ask(2)]))
    expect(groups).toEqual([[0, 1], [1, 2], [2]])
  })

  it('fail when nothing of what is asked is ever answered', async () => {
    const { ask, groups, settled } = desk(() => new Map())
    await expect(settled(ask(0))).rejects.toThrow('Nothing of a group was answered')
    expect(groups).toEqual([[0]])
  })

  it('are taken up when a group that was late is answered in part', async () => {
    let end: (answers: ReadonlyMap<number, string>) => void = () => undefined
    const late = new Promise<ReadonlyMap<number, string>>((resolve) => (end = resolve))
    let groups = 0
    const ask = gathered(async (asked: readonly number[]) => {
      groups += 1
      return groups === 1 ? late : allOf(asked)
    })
    const [first, left] = [ask(0), ask(1)]
    await Promise.resolve()
    expect(await ask(2)).toBe('answer 2') // the first group is late by now
    await new Promise((resolve) => setImmediate(resolve)) // nobody else waits, and nothing is under way
    end(allOf([0]))
    expect(await Promise.all([first, left])).toEqual(['answer 0', 'answer 1'])
  })

  it('do not suffer when the other one of two breaks', async () => {
    const { ask, groups, settled } = desk((asked) => {
      if (asked.includes(1)) throw new Error('damaged')
      return allOf(asked)
    })
    const ends = await settled(Promise.allSettled(upTo(2).map(ask)))
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(groups).toEqual([[0, 1], [0], [1]])
  })

  it('do not suffer for one that breaks', async () => {
    const { ask, groups, settled } = desk((asked) => {
      if (asked.includes(1)) throw new Error('damaged')
      return allOf(asked)
    })
    const ends = await settled(Promise.allSettled(upTo(3).map(ask)))
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(groups).toEqual([[0, 1, 2], [0], [1], [2]])
    expect(await settled(ask(3))).toBe('answer 3')
  })

  it('fail together when the database is away, without asking for each', async () => {
    const { ask, groups, settled } = desk(() => {
      throw new DatabaseUnavailable('away')
    })
    const ends = await settled(Promise.allSettled(upTo(3).map(ask)))
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(groups).toHaveLength(1)
  })
})
