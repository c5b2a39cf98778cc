import { Arg, Ctx, Field, ID, InputType, Mutation, Resolver } from 'type-graphql'
import type { OpeningRequest } from '../../domain/transaction/terms.ts'
import { badInput, given } from '../arguments.ts'
import type { PartnerContext } from '../partner/context.ts'
import { signedIn } from '../partner/signed-in.ts'
import { OpenTransactionResult, writeOpenRefusal, writeOpened } from './open-transaction.result.ts'

@InputType({ description: 'A per-payment field.' })
export class FieldInput {
  @Field(() => String, { description: 'As listed by `assets`.' })
  name!: string

  @Field(() => String, { description: 'Its value.' })
  value!: string
}

@InputType({ description: 'Memo for a refund, if there has to be one.' })
export class MemoInput {
  @Field(() => String, { description: '`id`, `text` or `hash`.' })
  type!: string

  @Field(() => String, { description: 'Base64 for `hash`.' })
  value!: string
}

@InputType({ description: 'What SEP-31 POST Transactions takes.' })
export class OpenTransactionInput {
  @Field(() => String, { description: 'Plain decimal: what will be sent on Stellar.' })
  amount!: string

  @Field(() => String, { description: 'Code of the asset that will be sent.' })
  assetCode!: string

  @Field(() => String, { nullable: true, description: 'Its issuer; ours by default.' })
  assetIssuer?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'How to pay out; by default the first of the asset.',
  })
  fundingMethod?: string | null

  @Field(() => ID, { nullable: true, description: 'SEP-12 customer who sends.' })
  senderId?: string | null

  @Field(() => ID, { nullable: true, description: 'SEP-12 customer who receives.' })
  receiverId?: string | null

  @Field(() => [FieldInput], { nullable: true, description: 'Per-payment fields.' })
  fields?: FieldInput[] | null

  @Field(() => MemoInput, { nullable: true, description: 'By default the memo of the payment.' })
  refundMemo?: MemoInput | null

  @Field(() => String, {
    nullable: true,
    description: 'Language of texts for people; `en` by default.',
  })
  language?: string | null
}

@Resolver()
export class TransactionMutations {
  @Mutation(() => OpenTransactionResult, {
    description: 'Opens a cross-border payment, as SEP-31 POST Transactions does.',
  })
  async openTransaction(
    @Arg('input', () => OpenTransactionInput, { description: 'What is to be paid.' })
    input: OpenTransactionInput,
    @Arg('idempotencyKey', () => String, {
      description: 'Of your choice, 1 to 255 characters; a repeat answers the same transaction.',
    })
    idempotencyKey: string,
    @Ctx() context: PartnerContext,
  ): Promise<typeof OpenTransactionResult> {
    const principal = signedIn(context)
    if (!/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
      throw badInput('`idempotencyKey` takes 1 to 255 visible ASCII characters')
    }
    const outcome = await context.rooms.openTransaction({
      principal,
      request: readRequest(input),
      idempotencyKey,
    })
    return outcome.ok ? writeOpened(outcome.value) : writeOpenRefusal(outcome.refusal)
  }
}

function readRequest({ fields, refundMemo, ...input }: OpenTransactionInput): OpeningRequest {
  return {
    ...given({ ...input, refundMemo: refundMemo?.value, refundMemoType: refundMemo?.type }),
    amount: input.amount,
    assetCode: input.assetCode,
    fields: readFields(fields ?? []),
  }
}

function readFields(fields: readonly FieldInput[]): Readonly<Record<string, string>> {
  const names = fields.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw badInput(`\`fields\`: ${twice.slice(0, 40)} is there twice`)
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]))
}
