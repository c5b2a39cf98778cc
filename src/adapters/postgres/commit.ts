import type { EntityManager } from '@mikro-orm/postgresql'
import { DatabaseUnavailable } from '../../usecases/ports/commit.ts'
import type { Commit, Read, Records } from '../../usecases/ports/commit.ts'
import type { Database } from './database.ts'
import { addedOutgoing } from './outgoing.ts'

/** How each noun's records are made for one entity manager. */
export type RecordFactories = {
  readonly [Noun in keyof Records]: (em: EntityManager) => Records[Noun]
}

export interface CommitOptions {
  readonly database: Database
  readonly factories: RecordFactories
  /** Called after a commit that added an event or a job; see `wake-ups.ts`. */
  readonly onOutgoing?: () => void
}

const triesMax = 6

/** The only place that forks the entity manager. */
export function createCommit(options: CommitOptions): {
  readonly commit: Commit
  readonly read: Read
} {
  const { database, factories, onOutgoing } = options

  async function tryCommit<Answer>(work: (records: Records) => Promise<Answer>): Promise<Answer> {
    const fork = database.em.fork()
    let outgoing = false
    const answer = await fork.transactional(async (em) => {
      const answered = await work(recordsOf(em, factories))
      outgoing = addedOutgoing(em)
      return answered
    })
    if (outgoing) onOutgoing?.()
    return answer
  }

  return {
    commit: async (work) => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await tryCommit(work)
        } catch (error) {
          if (!mayRetry(error) || tries >= triesMax) throw unavailableOr(error)
          await pause(Math.random() * 4 * 2 ** tries) // apart, so that the same two do not meet again
        }
      }
    },
    read: async (work) => {
      try {
        return await work(recordsOf(database.em.fork(), factories))
      } catch (error) {
        throw unavailableOr(error)
      }
    },
  }
}

function recordsOf(em: EntityManager, factories: RecordFactories): Records {
  return {
    transactions: factories.transactions(em),
    customers: factories.customers(em),
    customerFiles: factories.customerFiles(em),
    verifications: factories.verifications(em),
    network: factories.network(em),
    stellarPayments: factories.stellarPayments(em),
    payouts: factories.payouts(em),
    callbacks: factories.callbacks(em),
    logins: factories.logins(em),
    events: factories.events(em),
    reports: factories.reports(em),
    outbox: factories.outbox(em),
  }
}

/** Serialisation failure or deadlock: PostgreSQL rolled back, and the same work may succeed now. */
function mayRetry(error: unknown): boolean {
  const code = codeOf(error)
  return code === '40001' || code === '40P01'
}

/** Tells "the world is away" from faults of ours. */
export function unavailableOr(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable || !isConnectionTrouble(error)) return error
  return new DatabaseUnavailable('The database cannot be reached', { cause: error })
}

/** SQLSTATE classes 08 (connection), 53 (resources), 57P (shutdown, starting), and socket errors. */
const awayCodes =
  /^(08...|53...|57P0[1-5]|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/
/** pg has no code for these. */
const awayMessages =
  /connection terminated|timeout exceeded when trying to connect|timeout expired|not queryable|client has encountered a connection error/i

function isConnectionTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (awayCodes.test(codeOf(error) ?? '') || awayMessages.test(error.message)) return true
  return error.cause !== undefined && isConnectionTrouble(error.cause)
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
