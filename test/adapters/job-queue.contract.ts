import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Job, JobBodies, JobQueue, JobWorkers } from '../../src/usecases/ports/job-queue.ts'
import { until } from '../until.ts'

export interface JobQueueUnderTest {
  readonly queue: JobQueue
  work(bodies: JobBodies): JobWorkers
  close(): Promise<void>
}

type Send = JobBodies['send-payout']

const idle = async (): Promise<{ readonly done: true }> => ({ done: true })
/** All bodies; those that are not given do nothing. */
export const bodiesOf = (send: Send, sweep = idle): JobBodies => ({
  'collect-stellar-payments': idle,
  'match-stellar-payments': idle,
  'send-payout': send,
  'send-payouts': idle,
  'settle-payout': idle,
  'deliver-callback': idle,
  'expire-transactions': idle,
  'ask-after-delivery': idle,
  'forget-lapsed': idle,
  'sweep-due-work': sweep,
})

export const aJob = (subject: string = randomUUID()): Job<'send-payout'> => ({
  name: 'send-payout',
  subject,
  payload: { transactionId: subject },
})

/** A body that stops at a gate, so that a test can look while it runs. */
function gated(): { body: Send; open(): void; started: number } {
  let release: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (release = resolve))
  const state = {
    started: 0,
    open: () => release(),
    body: async () => {
      state.started += 1
      await gate
      return { done: true as const }
    },
  }
  return state
}

/** What every JobQueue does, whatever it is kept in. */
export function itIsAJobQueue(name: string, open: () => Promise<JobQueueUnderTest>): void {
  describe(`the job queue ${name}`, () => {
    let jobs: JobQueueUnderTest
    beforeAll(async () => {
      jobs = await open()
    })
    afterAll(() => jobs.close())

    const during = async (given: JobBodies, check: () => Promise<void>): Promise<void> => {
      const workers = jobs.work(given)
      try {
        await check()
      } finally {
        await workers.close()
      }
    }

    it('runs a job with its payload, also one added before any worker was there', async () => {
      const job = aJob()
      const seen: string[] = []
      await jobs.queue.add([job])
      const body: Send = async ({ transactionId }) => {
        seen.push(transactionId)
        return { done: true }
      }
      await during(bodiesOf(body), async () => {
        await until(() => seen.length === 1, 'the job to run')
        expect(seen).toEqual([job.subject])
      })
    })

    it('runs a job of every name by its own body and with its payload, though all have one subject', async () => {
      const { subject } = aJob()
      const all: readonly Job[] = [
        { name: 'collect-stellar-payments', subject, payload: { account: 'GA' } },
        { name: 'match-stellar-payments', subject, payload: { account: 'GB' } },
        { name: 'send-payout', subject, payload: { transactionId: 'one' } },
        { name: 'send-payouts', subject, payload: { transactionIds: ['two', 'three'] } },
        { name: 'settle-payout', subject, payload: { transactionId: 'four' } },
        { name: 'ask-after-delivery', subject, payload: {} },
        { name: 'deliver-callback', subject, payload: { callbackId: 'five' } },
        { name: 'expire-transactions', subject, payload: {} },
        { name: 'forget-lapsed', subject, payload: {} },
        { name: 'sweep-due-work', subject, payload: {} },
      ]
      const seen: (readonly [string, unknown])[] = []
      const bodies = Object.fromEntries(
        all.map(({ name: job }) => [
          job,
          async (payload: unknown) => {
            seen.push([job, payload])
            return { done: true as const }
          },
        ]),
      ) as unknown as JobBodies // there is one for each name
      await jobs.queue.add(all)
      await during(bodies, () => until(() => seen.length >= all.length, 'each to run'))
      const byName = seen.toSorted(([one], [other]) => (one < other ? -1 : 1))
      const given = all.map(({ name: job, payload }) => [job, payload] as const)
      expect(byName).toEqual(given.toSorted(([one], [other]) => (one < other ? -1 : 1)))
    })

    it('waits for what runs when its workers close', async () => {
      const running = gated()
      await jobs.queue.add([aJob()])
      const workers = jobs.work(bodiesOf(running.body))
      await until(() => running.started === 1, 'the job to start')
      const order: string[] = []
      const closed = workers.close().then(() => order.push('closed'))
      await new Promise((resolve) => setImmediate(resolve))
      order.push('released')
      running.open()
      await closed
      expect(order).toEqual(['released', 'closed'])
    })

    it('takes a waiting twin only once', async () => {
      const twin = aJob()
      const other = aJob()
      const seen: string[] = []
      await jobs.queue.add([twin, twin, twin])
      await jobs.queue.add([twin, other])
      const body: Send = async ({ transactionId }) => {
        seen.push(transactionId)
        return { done: true }
      }
      await during(bodiesOf(body), async () => {
        await until(() => seen.includes(other.subject), 'the jobs to run')
      })
      expect(seen.toSorted()).toEqual([twin.subject, other.subject].toSorted())
    })

    it('runs a job again that is added while its twin runs, and after it, not beside it', async () => {
      const first = gated()
      await jobs.queue.add([aJob('twin')])
      await during(bodiesOf(first.body), async () => {
        await until(() => first.started === 1, 'the first to start')
        await jobs.queue.add([aJob('twin')])
        await jobs.queue.add([aJob('twin')])
        expect(first.started).toBe(1)
        first.open()
        await until(() => first.started === 2, 'the second to run')
      })
      expect(first.started).toBe(2)
    })

    it('lets a job be added again after its twin has ended', async () => {
      let runs = 0
      const body: Send = async () => {
        runs += 1
        return { done: true }
      }
      await during(bodiesOf(body), async () => {
        for (const expected of [1, 2, 3]) {
          await jobs.queue.add([aJob('again')])
          await until(() => runs === expected, `run ${expected}`)
        }
      })
      expect(runs).toBe(3)
    })

    it('tries a job again that threw, and not one that refused', async () => {
      const throwing = aJob()
      const refusing = aJob()
      const seen: string[] = []
      const body: Send = async ({ transactionId }) => {
        seen.push(transactionId)
        if (transactionId === refusing.subject) return { done: false, reason: 'wrong_phase' }
        if (seen.filter((id) => id === throwing.subject).length < 3) throw new Error('bank is away')
        return { done: true }
      }
      await jobs.queue.add([throwing, refusing])
      const runsOf = (job: Job): number => seen.filter((id) => id === job.subject).length
      await during(bodiesOf(body), () => until(() => runsOf(throwing) === 3, 'the third try'))
      expect(runsOf(refusing)).toBe(1)
    })

    it('does not run a delayed job early, and at once when it is added again without delay', async () => {
      const delayed = { ...aJob(), dueAt: new Date(Date.now() + 60_000) }
      const soon = { ...aJob(), dueAt: new Date(Date.now() + 300) }
      const seen: string[] = []
      let soonRanAt = 0
      const body: Send = async ({ transactionId }) => {
        seen.push(transactionId)
        if (transactionId === soon.subject) soonRanAt = Date.now()
        return { done: true }
      }
      await jobs.queue.add([delayed, soon])
      await during(bodiesOf(body), async () => {
        await until(() => seen.includes(soon.subject), 'the job that is due soon')
        expect(soonRanAt).toBeGreaterThanOrEqual(soon.dueAt.getTime() - 5)
        expect(seen).not.toContain(delayed.subject)
        await jobs.queue.add([aJob(delayed.subject)])
        await until(() => seen.includes(delayed.subject), 'the job that became due')
      })
    })

    it('keeps the delay of a job that is added while its twin runs', async () => {
      const first = gated()
      await jobs.queue.add([aJob('later')])
      await during(bodiesOf(first.body), async () => {
        await until(() => first.started === 1, 'the first to start')
        const dueAt = Date.now() + 400
        await jobs.queue.add([{ ...aJob('later'), dueAt: new Date(dueAt) }])
        first.open()
        await until(() => first.started === 2, 'the second to run')
        expect(Date.now()).toBeGreaterThanOrEqual(dueAt - 100)
      })
    })

    it('runs the newest of those that were added while their twin ran', async () => {
      const first = gated()
      const dueAt = new Date(Date.now() + 600_000)
      await jobs.queue.add([aJob('newest')])
      await during(bodiesOf(first.body), async () => {
        await until(() => first.started === 1, 'the first to start')
        await jobs.queue.add([{ ...aJob('newest'), dueAt }])
        await jobs.queue.add([aJob('newest')])
        first.open()
        await until(() => first.started === 2, 'the second to run')
      })
      expect(first.started).toBe(2)
    })

    it('repeats a scheduled job, and goes on when the schedule is given again and again', async () => {
      let sweeps = 0
      const sweep = async (): Promise<{ readonly done: true }> => {
        sweeps += 1
        return { done: true }
      }
      const job: Job = { name: 'sweep-due-work', subject: 'all', payload: {} }
      await during(bodiesOf(idle, sweep), async () => {
        await until(async () => {
          await jobs.queue.schedule(job, 100)
          return sweeps >= 4
        }, 'four sweeps')
      })
      expect(sweeps).toBeGreaterThanOrEqual(4)
    })

    it('goes on with a schedule whose next turn a wrong clock has put an hour off', async () => {
      let turns = 0
      const turn = async (): Promise<{ readonly done: true }> => {
        turns += 1
        return { done: true }
      }
      const job: Job = { name: 'forget-lapsed', subject: 'all', payload: {} }
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
      await jobs.queue.schedule(job, 100).finally(() => vi.useRealTimers())
      await during({ ...bodiesOf(idle), 'forget-lapsed': turn }, async () => {
        await jobs.queue.schedule(job, 100)
        await until(() => turns >= 2, 'two turns')
      })
      expect(turns).toBeGreaterThanOrEqual(2)
    })
  })
}
