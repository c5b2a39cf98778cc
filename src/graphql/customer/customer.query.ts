import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql'
import type { LocateRefusal } from '../../usecases/customers/locate-customer.ts'
import { badInput, given, isId } from '../arguments.ts'
import type { PartnerContext } from '../partner/context.ts'
import { signedIn } from '../partner/signed-in.ts'
import { CustomerNode, writeCustomer } from './customer.type.ts'

@Resolver()
export class CustomerQueries {
  @Query(() => CustomerNode, {
    name: 'customer',
    nullable: true,
    description: 'A customer you registered; null when there is none with this id.',
  })
  async findCustomer(
    @Arg('id', () => ID, { description: 'As given by SEP-12 PUT.' }) id: string,
    @Arg('type', () => String, {
      nullable: true,
      description: 'What the customer is checked for, as listed by `assets`.',
    })
    type: string | null,
    @Ctx() context: PartnerContext,
  ): Promise<CustomerNode | null> {
    const principal = signedIn(context)
    if (!isId(id)) return null
    const outcome = await context.rooms.findCustomer({ principal, id, ...given({ type }) })
    return outcome.ok ? (writeCustomer(outcome.value) ?? null) : writeAbsent(outcome.refusal)
  }
}

/** A missing customer is null; a type that is not there is a slip of the caller. */
function writeAbsent(refusal: LocateRefusal): null {
  if (refusal.code !== 'type_unknown') return null
  throw badInput(`\`type\`: one of ${refusal.known.join(', ')}`)
}
