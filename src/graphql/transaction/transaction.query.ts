import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql'
import { isId } from '../arguments.ts'
import { PageArguments, readPage } from '../connection.ts'
import type { PartnerContext } from '../partner/context.ts'
import { signedIn } from '../partner/signed-in.ts'
import { TransactionConnection, writeTransactions } from './transaction-connection.type.ts'
import { TransactionFilter, readTransactionQuery } from './transaction-filter.input.ts'
import { TransactionNode, writeTransaction } from './transaction.type.ts'

@Resolver()
export class TransactionQueries {
  @Query(() => TransactionNode, {
    name: 'transaction',
    nullable: true,
    description: 'One transaction of yours; null when there is none with this id.',
  })
  async findTransaction(
    @Arg('id', () => ID, { description: 'As given by the opening call.' }) id: string,
    @Ctx() context: PartnerContext,
  ): Promise<TransactionNode | null> {
    const principal = signedIn(context)
    if (!isId(id)) return null
    const transaction = await context.rooms.findTransaction(principal, id.toLowerCase())
    return transaction === undefined ? null : writeTransaction(transaction)
  }

  @Query(() => TransactionConnection, {
    name: 'transactions',
    description: 'Your transactions, newest first.',
  })
  async listTransactions(
    @Args(() => PageArguments) args: PageArguments,
    @Arg('filter', () => TransactionFilter, { nullable: true, description: 'Which ones.' })
    filter: TransactionFilter | null,
    @Ctx() context: PartnerContext,
  ): Promise<TransactionConnection> {
    const { account, memo } = signedIn(context)
    const page = readPage(args)
    const owner = memo === undefined ? { account } : { account, memo }
    const query = { ...readTransactionQuery(filter, page), owner }
    return writeTransactions(await context.rooms.listTransactions(query), page)
  }
}
