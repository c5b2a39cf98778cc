import { languageOf } from '../../domain/transaction/language.ts'
import type { OpenRefusal } from '../../usecases/transactions/open-transaction.ts'
import type { Reply } from '../server/reply.ts'
import { badRequest } from '../server/reply.ts'
import { spanish } from './words-es.ts'
import { english } from './words.ts'
import type { WordedRefusal, Words } from './words.ts'
import { writeFields } from './write-transaction.ts'

const languages: ReadonlyMap<string, Words> = new Map([
  ['en', english],
  ['es', spanish],
])

/** The three 400 bodies of SEP-31; texts in the language asked for, else in English (SEP31-31, SEP31-32). */
export function sayRefusal(refused: OpenRefusal, tag: string | undefined): Reply {
  const language = languageOf(tag)
  if (refused.code === 'customer_info_needed') {
    return badRequest('customer_info_needed', { type: refused.type })
  }
  if (refused.code === 'transaction_info_needed') {
    return badRequest('transaction_info_needed', { fields: writeFields(refused.missing, language) })
  }
  return badRequest(say(languages.get(language) ?? english, refused))
}

/** The table has a function for each code, which takes the refusal of that code: TypeScript cannot see it. */
const say = (words: Words, refused: WordedRefusal): string =>
  (words[refused.code] as (refused: WordedRefusal) => string)(refused)
