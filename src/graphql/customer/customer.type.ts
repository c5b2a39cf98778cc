import { Field, ID, ObjectType } from 'type-graphql'
import type { CustomerView } from '../../usecases/customers/customer-view.ts'

@ObjectType('CustomerField', { description: 'A SEP-9 field that the anchor still wants.' })
export class CustomerFieldNode {
  @Field(() => String, { description: 'SEP-9 name.' })
  name!: string

  @Field(() => String, { description: '`string`, `binary`, `number` or `date`.' })
  type!: string

  @Field(() => String, { description: 'What to enter.' })
  description!: string

  @Field(() => [String], { nullable: true, description: 'The values to choose from.' })
  choices!: string[] | null

  @Field(() => Boolean, { description: 'Whether it may be left out.' })
  optional!: boolean
}

@ObjectType('ProvidedField', {
  description: 'A SEP-9 field that the anchor has; its value is never shown.',
})
export class ProvidedFieldNode {
  @Field(() => String, { description: 'SEP-9 name.' })
  name!: string

  @Field(() => String, {
    nullable: true,
    description: '`ACCEPTED`, `PROCESSING`, `REJECTED` or `VERIFICATION_REQUIRED`.',
  })
  status!: string | null

  @Field(() => String, { nullable: true, description: 'Why it was rejected.' })
  error!: string | null
}

@ObjectType('Customer', {
  description: 'A customer you registered by SEP-12, and what is still missing.',
})
export class CustomerNode {
  @Field(() => ID, { description: 'As given by SEP-12 PUT.' })
  id!: string

  @Field(() => String, { description: '`ACCEPTED`, `PROCESSING`, `NEEDS_INFO` or `REJECTED`.' })
  status!: string

  @Field(() => String, { nullable: true, description: 'For people.' })
  message!: string | null

  @Field(() => [CustomerFieldNode], { description: 'Still wanted.' })
  fields!: CustomerFieldNode[]

  @Field(() => [ProvidedFieldNode], { description: 'Already there.' })
  providedFields!: ProvidedFieldNode[]
}

/** A customer that exists; an unknown one has no id and no node. */
export function writeCustomer(view: CustomerView): CustomerNode | undefined {
  if (view.id === undefined) return undefined
  return {
    id: view.id,
    status: view.status,
    message: view.message ?? null,
    fields: view.wanted.map((field) => ({
      name: field.askedAs,
      type: field.kind,
      description: field.description,
      choices: field.choices === undefined ? null : [...field.choices],
      optional: field.optional,
    })),
    providedFields: view.provided.map((field) => ({
      name: field.askedAs,
      status: field.status,
      error: field.error ?? null,
    })),
  }
}
