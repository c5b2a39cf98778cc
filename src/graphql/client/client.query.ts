import { Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql'
import type { PartnerContext } from '../partner/context.ts'
import { signedIn } from '../partner/signed-in.ts'

@ObjectType('Client', { description: 'On whose behalf you call, as your token says.' })
export class ClientNode {
  @Field(() => String, { description: 'Base account, G….' })
  account!: string

  @Field(() => String, {
    nullable: true,
    description: 'Memo (or muxed id) that tells you apart on a shared account.',
  })
  memo!: string | null

  @Field(() => String, { description: 'Subject of the token.' })
  subject!: string

  @Field(() => String, { description: 'The home domain you logged in to.' })
  homeDomain!: string

  @Field(() => String, { nullable: true, description: "The wallet's proven domain." })
  clientDomain!: string | null
}

@Resolver()
export class ClientQueries {
  @Query(() => ClientNode, { description: 'Who you are to the anchor.' })
  me(@Ctx() context: PartnerContext): ClientNode {
    const { account, memo, subject, homeDomain, clientDomain } = signedIn(context)
    return { account, memo: memo ?? null, subject, homeDomain, clientDomain: clientDomain ?? null }
  }
}
