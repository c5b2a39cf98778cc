import { DatabaseUnavailable } from '../ports/commit.ts'

/** Does for many at once what would else be done for each. What it leaves out is asked again. */
export type ForMany<Asked, Answer> = (
  asked: readonly Asked[],
) => Promise<ReadonlyMap<Asked, Answer>>

/**
 * Lets calls share a commit: what is asked while a group is under way waits and is the next group. So the
 * more there is to do, the more share one, and a call that comes alone waits for nobody. What is asked
 * twice is asked in two groups, one after the other.
 *
 * What breaks a group (a damaged row, a bug) is found by trying each by itself, and fails its own call only.
 * Failures: `DatabaseUnavailable` to all of the group, and whatever `forMany` throws for one.
 */
export function gathered<Asked, Answer>(
  forMany: ForMany<Asked, Answer>,
): (asked: Asked) => Promise<Answer> {
  let waiting: readonly Call<Asked, Answer>[] = []
  let isUnderWay = false

  async function answerNext(): Promise<void> {
    const group = groupOf(waiting)
    waiting = waiting.filter((call) => group.get(call.asked) !== call)
    const answered = answer(group, forMany).then((left) => {
      waiting = [...left, ...waiting]
      goOn()
    })
    await endedOrLate(answered)
    isUnderWay = false
    goOn()
  }

  function goOn(): void {
    if (isUnderWay || waiting.length === 0) return
    isUnderWay = true
    queueMicrotask(() => void answerNext()) // calls of the same moment go together
  }

  return (asked) =>
    new Promise((resolve, reject) => {
      waiting = [...waiting, { asked, resolve, reject }]
      goOn()
    })
}

/** Keeps a commit, and with it its locks, short. */
const groupMax = 50

/** A group whose connection hangs holds up the next one no longer. */
const lateMs = 250

interface Call<Asked, Answer> {
  readonly asked: Asked
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

type Group<Asked, Answer> = ReadonlyMap<Asked, Call<Asked, Answer>>

function groupOf<Asked, Answer>(waiting: readonly Call<Asked, Answer>[]): Group<Asked, Answer> {
  const group = new Map<Asked, Call<Asked, Answer>>()
  for (const call of waiting) {
    if (group.size < groupMax && !group.has(call.asked)) group.set(call.asked, call)
  }
  return group
}

async function endedOrLate(answered: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, lateMs)
  })
  await Promise.race([answered, late])
  clearTimeout(timer)
}

/** Answers a group, and gives back what was left out. */
async function answer<Asked, Answer>(
  group: Group<Asked, Answer>,
  forMany: ForMany<Asked, Answer>,
): Promise<readonly Call<Asked, Answer>[]> {
  try {
    const answers = await forMany([...group.keys()])
    if (answers.size === 0) throw new Error('Nothing of a group was answered')
    for (const [asked, given] of answers) group.get(asked)?.resolve(given)
    return [...group.values()].filter(({ asked }) => !answers.has(asked))
  } catch (error) {
    const isWorthTrying = group.size > 1 && !(error instanceof DatabaseUnavailable)
    if (!isWorthTrying) group.forEach(({ reject }) => reject(error))
    else for (const [asked, call] of group) await answer(new Map([[asked, call]]), forMany)
    return []
  }
}
