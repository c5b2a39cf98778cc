import { parseArgs } from 'node:util'

/** A command was called with something it does not know; the message names it. */
export class OptionRefused extends Error {
  override readonly name = 'OptionRefused'
}

type Kinds = Readonly<Record<string, 'flag' | 'text'>>

type Read<Known extends Kinds> = {
  readonly [Name in keyof Known]?: Known[Name] extends 'flag' ? boolean : string
}

/**
 * Options of a command by their names without the dashes: a flag is there or not, a text takes the next
 * argument (`--role worker` or `--role=worker`). What is not known, or lacks its text, is refused: a
 * misspelt option must not start something else than was meant.
 * @throws OptionRefused
 */
export function readOptions<const Known extends Kinds>(
  args: readonly string[],
  known: Known,
): Read<Known> {
  const options = Object.fromEntries(
    Object.entries(known).map(([name, kind]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  try {
    return parseArgs({ args: [...args], options, strict: true }).values as Read<Known> // by the kinds given
  } catch (error) {
    throw new OptionRefused(`${(error as Error).message}. See fairlead --help`, { cause: error })
  }
}
