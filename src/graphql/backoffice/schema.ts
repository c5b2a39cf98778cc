import 'reflect-metadata'
import type { GraphQLSchema } from 'graphql'
import { buildSchema } from 'type-graphql'
import { CustomerBackoffice } from '../customer/customer.backoffice.ts'
import { NetworkBackoffice } from '../network/network.backoffice.ts'
import { PayoutBackoffice } from '../payout/payout.backoffice.ts'
import { ReportBackoffice } from '../report/report.backoffice.ts'
import { noPubSub } from '../server/no-pub-sub.ts'
import { UnmatchedPaymentBackoffice } from '../stellar-payment/unmatched-payment.backoffice.ts'
import { TransactionBackoffice } from '../transaction/transaction.backoffice.ts'

/** The back-office API: what our own people may do and see. Served on the internal listener only. */
export const backofficeSchema = (): Promise<GraphQLSchema> =>
  buildSchema({
    resolvers: [
      CustomerBackoffice,
      NetworkBackoffice,
      PayoutBackoffice,
      ReportBackoffice,
      TransactionBackoffice,
      UnmatchedPaymentBackoffice,
    ],
    orphanedTypes: [],
    validate: false,
    pubSub: noPubSub,
  })
