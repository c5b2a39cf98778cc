import { expect, it } from 'vitest'
import { schedules } from '../../jobs/schedules.ts'
import { checkConfig } from '../../src/config/config.ts'
import { readEnvironment } from '../../src/config/env.ts'
import { distribution, issuer, variables } from '../config/configuration.ts'

const asset = (code: string) => ({
  code,
  issuer,
  distributionAccount: distribution,
  payout: { currency: 'USD', decimals: 2 },
  fundingMethods: ['SEPA'],
})

it('reads an account once, however many assets are paid to it (POLARIS-8.13)', () => {
  const { config } = checkConfig(readEnvironment(variables), {
    assets: [asset('USDC'), asset('SRT')],
  })
  const accounts = [...config.startCursors.keys()]
  const collecting = schedules(accounts, { collectEveryMs: 1_000 }).filter(
    ({ job }) => job.name === 'collect-stellar-payments',
  )
  expect(collecting.map(({ job }) => job.subject)).toEqual([distribution])
})

it('has a job of its own for each repeating piece of work, with its period', () => {
  const collecting = (account: string) => ({
    job: { name: 'collect-stellar-payments', subject: account, payload: { account } },
    everyMs: 1_000,
  })
  const one = (name: string, everyMs: number) => ({
    job: { name, subject: 'all', payload: {} },
    everyMs,
  })
  expect(schedules(['GA', 'GB'], { collectEveryMs: 1_000 })).toEqual([
    collecting('GA'),
    collecting('GB'),
    one('expire-transactions', 10_000),
    one('forget-lapsed', 300_000),
    one('sweep-due-work', 15_000),
    one('ask-after-delivery', 5_000),
  ])
})

it('takes the periods it is told, each for its own work', () => {
  const periods = { collectEveryMs: 1_001, sweepEveryMs: 1_002, askEveryMs: 1_003 }
  const told = schedules(['GA'], periods).map(({ job, everyMs }) => [job.name, everyMs])
  expect(told).toEqual(
    expect.arrayContaining([
      ['collect-stellar-payments', 1_001],
      ['sweep-due-work', 1_002],
      ['ask-after-delivery', 1_003],
    ]),
  )
})
