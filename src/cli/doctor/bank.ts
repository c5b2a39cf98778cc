import { randomUUID } from 'node:crypto'
import { httpPayoutRail } from '../../adapters/rails/http/http-payout-rail.ts'
import { PayoutCallRefused } from '../../usecases/ports/payout-rail.ts'
import { examine, fault, good, warning } from './finding.ts'
import type { Examined } from './finding.ts'

export interface BankExpected {
  readonly railUrl: string
  readonly railToken: string
  readonly railSecret: string
}

const slowMs = 2_000

/** The payout rail, by a question that moves nothing: is there a payout under a key nobody used? */
export function examineBank({ railUrl, railToken, railSecret }: BankExpected): Promise<Examined> {
  return examine(
    'Bank',
    async () => {
      const rail = httpPayoutRail({
        url: railUrl,
        token: railToken,
        secret: railSecret,
        timeoutMs: 8_000,
        now: () => new Date(),
      })
      try {
        const begun = performance.now()
        const found = await rail.find(`fairlead-doctor-${randomUUID()}`)
        if (found !== undefined) {
          const doNext =
            'Let the bank mend its search: after an unknown outcome we would believe it'
          return [fault('the bank knows a payout under a key that nobody used', doNext)]
        }
        const tookMs = Math.round(performance.now() - begun)
        return [
          good('it answers, and takes our token and signature'),
          ...(tookMs > slowMs
            ? [warning(`it took ${tookMs} ms to answer`, 'Payouts will be slow: ask the bank')]
            : []),
        ]
      } catch (error) {
        if (!(error instanceof PayoutCallRefused)) throw error
        const doNext = 'Mend FAIRLEAD_RAIL_TOKEN, FAIRLEAD_RAIL_SECRET, or this machine’s clock'
        return [fault(`it refuses our calls: ${error.code}`, doNext)]
      } finally {
        await rail.close()
      }
    },
    (reason) =>
      fault(
        `the payout rail cannot be asked: ${reason}`,
        'Is FAIRLEAD_RAIL_URL right, does it run?',
      ),
  )
}
