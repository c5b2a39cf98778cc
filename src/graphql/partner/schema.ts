import 'reflect-metadata'
import type { GraphQLSchema } from 'graphql'
import { buildSchema } from 'type-graphql'
import { AssetQueries } from '../asset/asset.query.ts'
import { ClientQueries } from '../client/client.query.ts'
import { CustomerQueries } from '../customer/customer.query.ts'
import { noPubSub } from '../server/no-pub-sub.ts'
import { TransactionMutations } from '../transaction/open-transaction.mutation.ts'
import { TransactionQueries } from '../transaction/transaction.query.ts'
import { TransactionSubscriptions } from '../transaction/transaction.subscription.ts'

/** The partner API: what sending anchors and their integrators may do and see. */
export const partnerSchema = (): Promise<GraphQLSchema> =>
  buildSchema({
    resolvers: [
      AssetQueries,
      ClientQueries,
      CustomerQueries,
      TransactionMutations,
      TransactionQueries,
      TransactionSubscriptions,
    ],
    orphanedTypes: [],
    validate: false,
    pubSub: noPubSub,
  })
