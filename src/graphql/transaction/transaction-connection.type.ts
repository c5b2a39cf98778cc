import { Field, ObjectType } from 'type-graphql'
import type { Transaction } from '../../domain/transaction/transaction.ts'
import { PageInfo, toConnection } from '../connection.ts'
import type { Page } from '../connection.ts'
import { writePlace } from '../cursor.ts'
import { TransactionNode, writeTransaction } from './transaction.type.ts'

@ObjectType({ description: 'A transaction in a list.' })
export class TransactionEdge {
  @Field(() => String, { description: 'Its place in the list.' })
  cursor!: string

  @Field(() => TransactionNode, { description: 'The transaction.' })
  node!: TransactionNode
}

@ObjectType({ description: 'A page of transactions, newest first.' })
export class TransactionConnection {
  @Field(() => [TransactionEdge], { description: 'With their cursors.' })
  edges!: TransactionEdge[]

  @Field(() => [TransactionNode], { description: 'Without.' })
  nodes!: TransactionNode[]

  @Field(() => PageInfo, { description: 'Where this page stands.' })
  pageInfo!: PageInfo
}

export const cursorOf = ({ startedAt, id }: Transaction) =>
  writePlace('transaction', { at: startedAt, id })

export const writeTransactions = (transactions: readonly Transaction[], page: Page) =>
  toConnection(transactions, page, {
    node: writeTransaction,
    cursor: cursorOf,
  })
