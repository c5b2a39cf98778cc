import { expect, it } from 'vitest'
import { newPayout } from '../../../src/domain/payout/decisions.ts'
import type { Payout } from '../../../src/domain/payout/payout.ts'
import { jobsOf, jobsOfMany } from '../../../src/usecases/payouts/payout-job.ts'

const now = new Date('2026-11-21T12:00:00Z')
const payouts = (count: number, changes: Partial<Payout> = {}): readonly Payout[] =>
  Array.from({ length: count }, (_, place) => ({ ...newPayout(`t${place}`, now), ...changes }))

it('puts payouts that are to be sent into groups of eight, each payout in one', () => {
  const jobs = jobsOfMany(payouts(20))
  expect(jobs.map(({ name }) => name)).toEqual(['send-payouts', 'send-payouts', 'send-payouts'])
  const ids = jobs.map(({ payload }) => ('transactionIds' in payload ? payload.transactionIds : []))
  expect(ids.map(({ length }) => length)).toEqual([8, 8, 4])
  expect(ids.flat()).toEqual(payouts(20).map(({ transactionId }) => transactionId))
})

it('gives a group the same name each time, and another when another step of its first payout is due', () => {
  const subjectsOf = (group: readonly Payout[]) => jobsOfMany(group).map(({ subject }) => subject)
  expect(subjectsOf(payouts(11))).toEqual(['t0-0-0-and-7', 't8-0-0-and-2'])
  expect(subjectsOf(payouts(3))).toEqual(subjectsOf(payouts(3)))
  expect(subjectsOf(payouts(3))).not.toEqual(subjectsOf(payouts(3, { failures: 1 })))
})

it('leaves one alone, and what is only to be asked about, in a job of its own', () => {
  expect(jobsOfMany(payouts(1))).toEqual(payouts(1).flatMap(jobsOf))
  const pending = payouts(3, { state: 'pending' })
  expect(jobsOfMany(pending)).toEqual(pending.flatMap(jobsOf))
  expect(jobsOfMany(payouts(3, { state: 'delivered' }))).toEqual([])
})

it('makes the job of a payout for the moment when it is due, one for each step', () => {
  const later = new Date(now.getTime() + 60_000)
  const steps: readonly Partial<Payout>[] = [
    { dueAt: later },
    { dueAt: later, failures: 1 },
    { dueAt: later, attemptNumber: 1, state: 'claimed' },
    { dueAt: later, attemptNumber: 2, state: 'pending' },
  ]
  const jobs = steps.flatMap((step) => payouts(1, step).flatMap(jobsOf))
  expect(jobs.map(({ name, subject, dueAt }) => [name, subject, dueAt])).toEqual([
    ['send-payout', 't0-0-0', later],
    ['send-payout', 't0-0-1', later],
    ['send-payout', 't0-1-0', later],
    ['settle-payout', 't0-2-0', later],
  ])
})

it('groups what is due with what is claimed, in its order, and leaves the others to themselves', () => {
  const states = ['pending', 'due', 'dead', 'claimed', 'waiting', 'due', 'delivered'] as const
  const all = states.map((state, place) => ({ ...newPayout(`t${place}`, now), state }))
  const [pending] = all
  expect(jobsOfMany(all)).toEqual([
    {
      name: 'send-payouts',
      payload: { transactionIds: ['t1', 't3', 't5'] },
      subject: 't1-0-0-and-2',
    },
    ...(pending === undefined ? [] : jobsOf(pending)),
  ])
  expect(all.map((payout) => jobsOf(payout).map(({ name, payload }) => [name, payload]))).toEqual([
    [['settle-payout', { transactionId: 't0' }]],
    [['send-payout', { transactionId: 't1' }]],
    [],
    [['send-payout', { transactionId: 't3' }]],
    [],
    [['send-payout', { transactionId: 't5' }]],
    [],
  ])
})
