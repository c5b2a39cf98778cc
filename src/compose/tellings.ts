import type { composeCustomers } from './customers.ts'
import type { composePayments } from './payments.ts'
import type { composeTransactions } from './transactions.ts'
import type { PartnerRooms } from '../graphql/partner/context.ts'
import type { Tellings } from '../observability/observed.ts'
import type { DeliverCallback } from '../usecases/callbacks/deliver-callback.ts'
import type { Authorise } from '../usecases/clients/authorise.ts'
import type { ExchangeChallenge } from '../usecases/clients/exchange-challenge.ts'
import type { ForgetLapsedChallenges } from '../usecases/clients/forget-lapsed-challenges.ts'
import type { MakeChallenge } from '../usecases/clients/make-challenge.ts'
import type { SweepDueWork } from '../usecases/due-work/sweep-due-work.ts'

/**
 * How each use-case is told of in the log. Ids are taken from answers, where they are ours, and from
 * calls only where no caller outside gave them.
 */

const change = { level: 'info' } as const
const look = { level: 'debug' } as const

export const tellingsOfTransactions: Tellings<ReturnType<typeof composeTransactions>> = {
  openTransaction: {
    ...change,
    facts: (_, answer) =>
      answer?.ok === true ? { transactionId: answer.value.transaction.id } : {},
  },
  findTransaction: look,
  listTransactions: look,
  correctTransaction: {
    ...change,
    facts: (_, answer) =>
      answer?.ok === true ? { transactionId: answer.value.transaction.id } : {},
  },
  setTransactionCallback: change,
  expireTransactions: { ...look, facts: (_, expired) => ({ expired: expired ?? 0 }) },
}

export const tellingsOfCustomers: Tellings<ReturnType<typeof composeCustomers>> = {
  findCustomer: look,
  registerCustomer: {
    ...change,
    facts: (_, answer) => (answer?.ok === true ? { customerId: answer.value.id } : {}),
  },
  verifyCustomer: change,
  setCustomerCallback: change,
  deleteCustomer: change,
  uploadFile: change,
  listFiles: look,
  forgetLapsedFiles: look,
  rejectCustomer: change,
}

export const tellingsOfPayments: Tellings<ReturnType<typeof composePayments>> = {
  collectStellarPayments: {
    ...look,
    facts: ([account], answer) => ({ account, ...(answer?.ok === true && answer.value) }),
  },
  matchStellarPayments: {
    ...look,
    facts: ([account], answer) => ({ account, ...answer }),
  },
  sendPayout: {
    ...change,
    facts: ([transactionId]) => ({ transactionId }),
    outcome: (state) => state,
  },
  settlePayout: {
    ...change,
    facts: ([transactionId]) => ({ transactionId }),
    outcome: (state) => state,
  },
  receivePayoutNotice: change,
  recheckStellarPayments: look,
  findNetworkState: look,
  acceptNetworkReset: change,
  resumeNetwork: change,
  retryDeadPayout: change,
}

export const tellingsOfLogins: Tellings<{
  readonly authorise: Authorise
  readonly forgetLapsedChallenges: ForgetLapsedChallenges
}> = {
  authorise: look,
  forgetLapsedChallenges: look,
}

export const tellingsOfLogin: Tellings<{
  readonly makeChallenge: MakeChallenge
  readonly exchangeChallenge: ExchangeChallenge
}> = {
  makeChallenge: look,
  exchangeChallenge: change,
}

export const tellingsOfPartner: Tellings<PartnerRooms> = {
  watchEvents: change,
}

export const tellingsOfWork: Tellings<{
  readonly deliverCallback: DeliverCallback
  readonly sweepDueWork: SweepDueWork
}> = {
  deliverCallback: {
    ...change,
    facts: ([callbackId]) => ({ callbackId }),
    outcome: (answer) => (answer.ok ? answer.value : answer.refusal.code),
  },
  sweepDueWork: look,
}
