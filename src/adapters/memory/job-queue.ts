import type {
  Job,
  JobBodies,
  JobName,
  JobQueue,
  Jobs,
  JobWorkers,
  Verdict,
} from '../../usecases/ports/job-queue.ts'

export interface MemoryJobs {
  readonly queue: JobQueue
  /** What waits now, oldest first; for tests. */
  waiting(): readonly Job[]
  work(bodies: JobBodies): JobWorkers
}

interface Kept {
  readonly job: Job
  readonly tries: number
  readonly timer?: NodeJS.Timeout
}

const triesMax = 8
const firstBackOffMs = 20

interface Shop {
  readonly waiting: Map<string, Kept>
  readonly running: Map<string, Promise<void>>
  /** Added while the twin ran; started when it ends. */
  readonly after: Map<string, Job>
  readonly schedules: Map<string, NodeJS.Timeout>
  bodies?: JobBodies | undefined
  open: boolean
}

/** The queue's twin for tests and single-process tools: same promises, nothing kept. */
export function memoryJobs(): MemoryJobs {
  const shop: Shop = {
    waiting: new Map(),
    running: new Map(),
    after: new Map(),
    schedules: new Map(),
    open: true,
  }
  return {
    waiting: () => [...shop.waiting.values()].map(({ job }) => job),
    work(bodies) {
      shop.bodies = bodies
      start(shop)
      return {
        async close() {
          shop.bodies = undefined
          await Promise.all(shop.running.values())
        },
      }
    },
    queue: {
      add: async (jobs) => jobs.forEach((job) => keep(shop, { job, tries: 0 }, delayOf(job))),
      async schedule(job, everyMs) {
        const repeat = (): void => keep(shop, { job, tries: 0 }, 0)
        clearInterval(shop.schedules.get(idOf(job)))
        shop.schedules.set(idOf(job), setInterval(repeat, everyMs))
        repeat()
      },
      async close() {
        shop.open = false
        shop.schedules.forEach((timer) => clearInterval(timer))
        shop.waiting.forEach(({ timer }) => clearTimeout(timer))
      },
    },
  }
}

function keep(shop: Shop, kept: Kept, delayMs: number): void {
  const id = idOf(kept.job)
  if (shop.running.has(id)) {
    shop.after.set(id, kept.job)
    return
  }
  const present = shop.waiting.get(id)
  if (present !== undefined && present.timer === undefined) return
  clearTimeout(present?.timer)
  if (delayMs <= 0) {
    shop.waiting.set(id, kept)
    queueMicrotask(() => start(shop))
    return
  }
  const timer = setTimeout(() => {
    shop.waiting.set(id, kept)
    start(shop)
  }, delayMs)
  shop.waiting.set(id, { ...kept, timer })
}

function start(shop: Shop): void {
  if (shop.bodies === undefined || !shop.open) return
  for (const [id, kept] of shop.waiting) {
    if (kept.timer !== undefined || shop.running.has(id)) continue
    shop.waiting.delete(id)
    shop.running.set(id, Promise.resolve()) // already for what its body does at once
    shop.running.set(id, run(shop, shop.bodies, kept))
  }
}

async function run(shop: Shop, bodies: JobBodies, { job, tries }: Kept): Promise<void> {
  const failed = await perform(bodies, job).then(
    () => false,
    () => true,
  )
  const id = idOf(job)
  shop.running.delete(id)
  const next = shop.after.get(id)
  shop.after.delete(id)
  if (!shop.open) return
  if (next !== undefined) keep(shop, { job: next, tries: 0 }, delayOf(next))
  else if (failed && tries + 1 < triesMax) {
    keep(shop, { job, tries: tries + 1 }, firstBackOffMs * 2 ** tries)
  }
}

async function perform<Name extends JobName>(bodies: JobBodies, job: Job<Name>): Promise<Verdict> {
  const body: (payload: Jobs[Name]) => Promise<Verdict> = bodies[job.name]
  return body(job.payload)
}

const idOf = ({ name, subject }: Job): string => `${name}-${subject}`

const delayOf = (job: Job): number =>
  job.dueAt === undefined ? 0 : Math.min(Math.max(0, job.dueAt.getTime() - Date.now()), 2 ** 31 - 1) // what a timer takes
