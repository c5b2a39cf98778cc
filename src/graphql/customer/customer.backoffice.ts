import { Arg, Ctx, Field, ID, Mutation, ObjectType, Resolver, createUnionType } from 'type-graphql'
import type { RejectionRefusal } from '../../usecases/customers/reject-customer.ts'
import { isId } from '../arguments.ts'
import type { BackofficeContext } from '../backoffice/context.ts'
import { operatorOf } from '../backoffice/operator.ts'
import { Refusal } from '../refusal.ts'

@ObjectType({ description: 'A customer that is turned away for good.' })
export class RejectedCustomer {
  @Field(() => ID, { description: 'As given by SEP-12 PUT.' })
  id!: string
}

@ObjectType({
  implements: Refusal,
  description: 'There is no such customer, it is rejected already, or the reason cannot be shown.',
})
export class RejectionRefused extends Refusal {}

const RejectCustomerResult = createUnionType({
  name: 'RejectCustomerResult',
  description: 'The customer, rejected; or why not.',
  types: () => [RejectedCustomer, RejectionRefused] as const,
  resolveType: (value) => ('code' in value ? RejectionRefused : RejectedCustomer),
})

function writeRefusal(refusal: RejectionRefusal): RejectionRefused {
  const { code } = refusal
  switch (code) {
    case 'customer_unknown':
      return { code, message: 'There is no customer with this id' }
    case 'customer_already_rejected':
      return { code, message: 'This customer is rejected already' }
    case 'reason_malformed':
      return { code, message: `\`reason\`: 1 to ${refusal.lengthMax} characters` }
  }
}

@Resolver()
export class CustomerBackoffice {
  @Mutation(() => RejectCustomerResult, {
    name: 'rejectCustomer',
    description:
      'Turns a customer away for good: SEP-12 status `REJECTED`. What was not paid in yet ends in `error`.',
  })
  async rejectCustomer(
    @Arg('id', () => ID, { description: 'As given by SEP-12 PUT.' }) id: string,
    @Arg('reason', () => String, { description: 'Shown to the client.' }) reason: string,
    @Ctx() context: BackofficeContext,
  ): Promise<RejectedCustomer | RejectionRefused> {
    const operator = operatorOf(context)
    if (!isId(id)) return writeRefusal({ code: 'customer_unknown' })
    const known = id.toLowerCase()
    const outcome = await context.rooms.rejectCustomer({ id: known, reason, operator })
    return outcome.ok ? { id: known } : writeRefusal(outcome.refusal)
  }
}
