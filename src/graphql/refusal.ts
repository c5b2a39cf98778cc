import { Field, InterfaceType } from 'type-graphql'

@InterfaceType({ description: 'Why the anchor said no; the same call again will not help.' })
export abstract class Refusal {
  @Field(() => String, { description: 'Stable, snake_case.' })
  code!: string

  @Field(() => String, { description: 'What to mend, for people.' })
  message!: string
}
