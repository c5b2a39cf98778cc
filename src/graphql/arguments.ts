import { GraphQLError } from 'graphql'

/** An argument that cannot be meant; tells the caller what to mend. */
export const badInput = (message: string) =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a text can be an id of ours at all; anything else is simply not found. */
export const isId = (text: string) => uuid.test(text)

/** An id in a filter; one that cannot be ours is a slip of the caller. */
export function readId(argument: string, id: string): string {
  if (!isId(id)) throw badInput(`\`${argument}\`: this is no id of ours: ${id.slice(0, 40)}`)
  return id.toLowerCase()
}

/** The same object without its empty entries. */
export function given<Shape extends object>(
  shape: Shape,
): { [Key in keyof Shape]?: Exclude<Shape[Key], null | undefined> } {
  const filled = Object.entries(shape).filter(([, value]) => value != null)
  // the empty ones are gone, which the type of fromEntries cannot say
  return Object.fromEntries(filled) as ReturnType<typeof given<Shape>>
}
