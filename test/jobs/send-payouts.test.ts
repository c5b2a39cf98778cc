import { expect, it } from 'vitest'
import { sendPayoutsJob } from '../../jobs/send-payouts.ts'

it('brings each payout of a group to its end, also when the first one fails, and asks for another try', async () => {
  const ended: string[] = []
  const sendPayout = async (id: string): Promise<'delivered'> => {
    if (id === 'broken') throw new Error('the database is away')
    await new Promise((resolve) => setImmediate(resolve))
    ended.push(id)
    return 'delivered'
  }
  const job = sendPayoutsJob({ sendPayout })
  await expect(job({ transactionIds: ['broken', 'one', 'another'] })).rejects.toThrow('away')
  expect(ended).toEqual(['one', 'another'])
  expect(await job({ transactionIds: ['one'] })).toEqual({ done: true })
})
