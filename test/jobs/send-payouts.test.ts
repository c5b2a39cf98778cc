import { expect, it } from 'vitest'
import { sendPayoutsJob } from '../../jobs/send-payouts.ts'
import { until } from '../until.ts'

it('brings each payout of a group to its end, also when the first one fails, and asks for another try', async () => {
  const ended: string[] = []
  const sendPayout = async (id: string): Promise<'delivered'> => {
    if (id.startsWith('broken')) throw new Error(`the database is away for ${id}`)
    await new Promise((resolve) => setImmediate(resolve))
    ended.push(id)
    return 'delivered'
  }
  const job = sendPayoutsJob({ sendPayout })
  const transactionIds = ['broken', 'one', 'broken-too', 'another']
  await expect(job({ transactionIds })).rejects.toThrow(/away for broken$/)
  expect(ended).toEqual(['one', 'another'])
  expect(await job({ transactionIds: ['one'] })).toEqual({ done: true })
})

it('brings all payouts of a group on at once', async () => {
  const begun: string[] = []
  const sendPayout = async (id: string): Promise<'delivered'> => {
    begun.push(id)
    await until(() => begun.length === 3, 'the others to be begun')
    return 'delivered'
  }
  const transactionIds = ['one', 'other', 'third']
  expect(await sendPayoutsJob({ sendPayout })({ transactionIds })).toEqual({ done: true })
  expect(begun).toEqual(transactionIds)
})
