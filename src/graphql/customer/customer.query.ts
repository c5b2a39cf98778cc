import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql'
import type { PartnerContext } from '../partner/context.ts'
import { signedIn } from '../partner/signed-in.ts'
import { isId } from '../transaction/transaction-filter.input.ts'
import { CustomerNode } from './customer.type.ts'

@Resolver()
export class CustomerQueries {
  @Query(() => CustomerNode, {
    nullable: true,
    description: 'A customer you registered; null when there is none with this id.',
  })
  async customer(
    @Arg('id', () => ID, { description: 'As given by SEP-12 PUT.' }) id: string,
    @Arg('type', () => String, { nullable: true, description: 'What the customer is checked for.' })
    type: string | null,
    @Ctx() context: PartnerContext,
  ): Promise<CustomerNode | null> {
    const principal = signedIn(context)
    if (!isId(id)) return null
    const query = type === null ? { id } : { id, type }
    return (await context.rooms.findCustomer(principal, query)) ?? null
  }
}
