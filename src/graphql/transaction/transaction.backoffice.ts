import { Arg, Args, Ctx, Field, ID, InputType, ObjectType, Query, Resolver } from 'type-graphql'
import type { Transaction } from '../../domain/transaction/transaction.ts'
import type { Phase } from '../../domain/transaction/lifecycle.ts'
import type { BackofficeContext } from '../backoffice/context.ts'
import { operatorOf } from '../backoffice/operator.ts'
import type { TransactionQuery } from '../../usecases/ports/transaction-records.ts'
import type { Page } from '../connection.ts'
import { given, isId } from '../arguments.ts'
import { PageArguments, PageInfo, readPage, toConnection } from '../connection.ts'
import { PayoutAttemptNode, PayoutNode, writeAttempt, writePayout } from '../payout/payout.type.ts'
import { TransactionEventNode, writeEvent } from './transaction-event.type.ts'
import { cursorOf } from './transaction-connection.type.ts'
import { TransactionFilter, readTransactionQuery } from './transaction-filter.input.ts'
import { TransactionNode, TransactionPhase, writeTransaction } from './transaction.type.ts'

@ObjectType('Transaction', { description: 'A transaction as our own people see it.' })
export class OperatorTransaction extends TransactionNode {
  @Field(() => String, { description: 'Base account of the client that opened it.' })
  ownerAccount!: string

  @Field(() => String, { nullable: true, description: 'Its memo or muxed id.' })
  ownerMemo!: string | null

  @Field(() => [TransactionEventNode], { description: 'Everything that happened, oldest first.' })
  async timeline(@Ctx() { ofTransaction }: BackofficeContext): Promise<TransactionEventNode[]> {
    return (await ofTransaction.timeline.load(this.id)).map(writeEvent)
  }

  @Field(() => PayoutNode, { nullable: true, description: 'Absent until funds have come.' })
  async payout(@Ctx() { ofTransaction }: BackofficeContext): Promise<PayoutNode | null> {
    const [payout] = await ofTransaction.payout.load(this.id)
    return payout === undefined ? null : writePayout(payout)
  }

  @Field(() => [PayoutAttemptNode], { description: 'Tries of the payout, newest first.' })
  async payoutAttempts(@Ctx() { ofTransaction }: BackofficeContext): Promise<PayoutAttemptNode[]> {
    return (await ofTransaction.attempts.load(this.id)).map(writeAttempt).toReversed()
  }
}

@ObjectType({ description: 'A page of transactions, newest first.' })
export class OperatorTransactionConnection {
  @Field(() => [OperatorTransaction], { description: 'The transactions.' })
  nodes!: OperatorTransaction[]

  @Field(() => PageInfo, { description: 'Where this page stands.' })
  pageInfo!: PageInfo
}

@InputType({ description: 'Each given condition has to hold.' })
export class OperatorTransactionFilter extends TransactionFilter {
  @Field(() => [TransactionPhase], { nullable: true, description: 'In one of these phases.' })
  phases?: Phase[] | null

  @Field(() => String, { nullable: true, description: 'Opened by this base account.' })
  ownerAccount?: string | null

  @Field(() => String, { nullable: true, description: 'Paid with this memo.' })
  memo?: string | null
}

@Resolver()
export class TransactionBackoffice {
  @Query(() => OperatorTransaction, {
    name: 'transaction',
    nullable: true,
    description: 'One transaction with all that happened.',
  })
  async findTransaction(
    @Arg('id', () => ID, { description: 'As given by the opening call.' }) id: string,
    @Ctx() context: BackofficeContext,
  ): Promise<OperatorTransaction | null> {
    operatorOf(context)
    if (!isId(id)) return null
    const transaction = await context.rooms.findTransaction(id.toLowerCase())
    return transaction === undefined ? null : writeForOperator(transaction)
  }

  @Query(() => OperatorTransactionConnection, {
    name: 'transactions',
    description: 'Transactions of all clients, newest first.',
  })
  async listTransactions(
    @Args(() => PageArguments) args: PageArguments,
    @Arg('filter', () => OperatorTransactionFilter, { nullable: true, description: 'Which ones.' })
    filter: OperatorTransactionFilter | null,
    @Ctx() context: BackofficeContext,
  ): Promise<OperatorTransactionConnection> {
    operatorOf(context)
    const page = readPage(args)
    const transactions = await context.rooms.listTransactions(readOperatorQuery(filter, page))
    return toConnection(transactions, page, { node: writeForOperator, cursor: cursorOf })
  }
}

/** Statuses and phases both have to hold, hence only the phases that are in both. */
function readOperatorQuery(filter: OperatorTransactionFilter | null, page: Page): TransactionQuery {
  const { phases, ownerAccount, memo, ...rest } = filter ?? {}
  const query = readTransactionQuery(rest, page)
  const both = phases?.filter((phase) => query.phases?.includes(phase) ?? true)
  return { ...query, ...given({ phases: both, memo, ownerAccount }) }
}

const writeForOperator = (transaction: Transaction): OperatorTransaction =>
  Object.assign(new OperatorTransaction(), writeTransaction(transaction), {
    ownerAccount: transaction.owner.account,
    ownerMemo: transaction.owner.memo ?? null,
  })
