import type { Backlog } from '../ports/backlog-records.ts'
import type { Finding } from './finding.ts'
import { degraded, failing, fine } from './finding.ts'

export function judgePayouts({ payouts }: Backlog): Finding {
  const dead = payouts.find(({ state }) => state === 'dead')?.count ?? 0
  return dead === 0
    ? fine('payouts', 'No payout was given up')
    : failing(
        'payouts',
        `${dead} payouts were given up: their money is here and was not paid out`,
        'See deadLetters in the back office; mend the reason, then retryPayout',
      )
}

export function judgeUnmatched({ unmatched }: Backlog): Finding {
  const count = unmatched.reduce((sum, one) => sum + one.count, 0)
  const reasons = unmatched.map((one) => `${one.count} ${one.reason}`).join(', ')
  return count === 0
    ? fine('unmatched', 'Every payment fits a transaction')
    : degraded(
        'unmatched',
        `${count} payments fit no transaction: ${reasons}`,
        'See unmatchedPayments in the back office; each waits for somebody to look',
      )
}

export function judgeCallbacks({ callbacks }: Backlog): Finding {
  return callbacks.deadLately === 0
    ? fine('callbacks', 'Clients take what they are told')
    : degraded(
        'callbacks',
        `${callbacks.deadLately} callbacks were given up within a day`,
        'Tell the sending anchors whose addresses do not answer, or refuse; they can still ask by GET',
      )
}

/** What came of asking the bank for something it does not have. `refused`: with the code it gave. */
export type BankWord =
  | { readonly kind: 'answered' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'away' }

export function judgeBank(word: BankWord): Finding {
  switch (word.kind) {
    case 'answered':
      return fine('bank', 'The bank answers')
    case 'refused':
      return failing(
        'bank',
        `The bank refuses our calls (${word.code})`,
        'Compare FAIRLEAD_RAIL_TOKEN and FAIRLEAD_RAIL_SECRET with the bank; payouts wait for it, for some hours',
      )
    case 'away':
      return degraded(
        'bank',
        'The bank does not answer: payouts wait',
        'Look at FAIRLEAD_RAIL_URL and ask the bank; payouts go on by themselves',
      )
  }
}

/** What stellar.toml at our home domain names as SIGNING_KEY, seen from here. */
export type PublishedKey = 'ours' | 'another' | 'none' | 'unreachable'

export function judgePublishedKey(key: PublishedKey): Finding {
  switch (key) {
    case 'ours':
      return fine('signing_key', 'stellar.toml at the home domain names our signing key')
    case 'unreachable':
      return fine('signing_key', 'stellar.toml at the home domain could not be seen from here')
    case 'none':
    case 'another':
      return failing(
        'signing_key',
        key === 'none'
          ? 'stellar.toml at the home domain names no SIGNING_KEY: clients refuse our challenges'
          : 'stellar.toml at the home domain names another SIGNING_KEY: clients refuse our challenges',
        'Let the home domain serve the stellar.toml of this gateway, or mend FAIRLEAD_SIGNING_SEED',
      )
  }
}
