import { DatabaseUnavailable } from '../../usecases/ports/commit.ts'
import type { Commit, CommitAtOnce, Read, Records } from '../../usecases/ports/commit.ts'
import type { Database, Session } from './database.ts'
import { addedOutgoing } from './outgoing.ts'

/** How each noun's records are made for one session. */
export type RecordFactories = {
  readonly [Noun in keyof Records]: (session: Session) => Records[Noun]
}

export interface CommitOptions {
  readonly database: Database
  readonly factories: RecordFactories
  /** Called after a commit that added an event or a job; see `wake-ups.ts`. */
  readonly onOutgoing?: () => void
}

const triesMax = 6

/** The only place that begins and ends commits. */
export function createCommit(options: CommitOptions): {
  readonly commit: Commit
  readonly commitAtOnce: CommitAtOnce
  readonly read: Read
} {
  const { database, factories, onOutgoing } = options
  const pooled = recordsOf(database.pooled, factories)

  async function tryCommit<Answer>(work: (records: Records) => Promise<Answer>): Promise<Answer> {
    let outgoing = false
    const answer = await database.commit(async (session) => {
      const answered = await work(recordsOf(session, factories))
      outgoing = addedOutgoing(session)
      return answered
    })
    if (outgoing) onOutgoing?.()
    return answer
  }

  async function tryAtOnce<Answer>(work: (records: Records) => Promise<Answer>): Promise<Answer> {
    const session = oneStatement(database.pooled)
    const answer = await work(recordsOf(session, factories))
    if (addedOutgoing(session)) onOutgoing?.()
    return answer
  }

  return {
    commit: (work) => retried(() => tryCommit(work)),
    commitAtOnce: (work) => retried(() => tryAtOnce(work)),
    read: async (work) => {
      try {
        return await work(pooled)
      } catch (error) {
        throw unavailableOr(error)
      }
    },
  }
}

async function retried<Answer>(attempt: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!mayRetry(error) || tries >= triesMax) throw unavailableOr(error)
      await pause(Math.random() * 4 * 2 ** tries) // apart, so that the same two do not meet again
    }
  }
}

/** A second statement would be a second commit, so it is refused. */
function oneStatement(session: Session): Session {
  let isUsed = false
  const once = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    if (isUsed) throw new Error('A commit at once has one statement; this needs a whole commit')
    isUsed = true
    return ask()
  }
  return {
    run: (text, values) => once(() => session.run(text, values)),
    byIds: (text, ids) => once(() => session.byIds(text, ids)),
    together: (text, thing) => once(() => session.together(text, thing)),
  }
}

/** Made when they are asked for: most commits need few of them. */
function recordsOf(session: Session, factories: RecordFactories): Records {
  return {
    get transactions() {
      return factories.transactions(session)
    },
    get customers() {
      return factories.customers(session)
    },
    get customerFiles() {
      return factories.customerFiles(session)
    },
    get verifications() {
      return factories.verifications(session)
    },
    get network() {
      return factories.network(session)
    },
    get stellarPayments() {
      return factories.stellarPayments(session)
    },
    get payouts() {
      return factories.payouts(session)
    },
    get callbacks() {
      return factories.callbacks(session)
    },
    get logins() {
      return factories.logins(session)
    },
    get events() {
      return factories.events(session)
    },
    get reports() {
      return factories.reports(session)
    },
    get backlog() {
      return factories.backlog(session)
    },
    get outbox() {
      return factories.outbox(session)
    },
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
  return new DatabaseUnavailable('The database cannot be reached, or takes too long', {
    cause: error,
  })
}

/**
 * SQLSTATE classes 08 (connection), 53 (resources), 57P (shutdown, starting), 57014 and 25P03 (it took too
 * long), 40001 and 40P01 (others were in the way at each try), and socket errors.
 */
const awayCodes =
  /^(08...|53...|57P0[1-5]|57014|25P03|40001|40P01|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/
/** pg has no code for these. */
const awayMessages =
  /connection terminated|timeout exceeded when trying to connect|timeout expired|query read timeout|not queryable|client has encountered a connection error/i

function isConnectionTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (awayCodes.test(codeOf(error) ?? '') || awayMessages.test(error.message)) return true
  return isConnectionTrouble(error.cause)
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
