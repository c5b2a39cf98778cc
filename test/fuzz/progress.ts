import type { Findings } from './findings.ts'

const everyMs = { people: 1_000, files: 10_000 }

/** A line that tells how far it is, often enough for the one who watches. */
export function showProgress(total: number, findings: Findings) {
  const began = performance.now()
  const isWatched = process.stdout.isTTY
  let done = 0
  let before = { done: 0, at: began }
  const timer = setInterval(
    () => {
      const at = performance.now()
      const rate = ((done - before.done) / (at - before.at)) * 1_000
      before = { done, at }
      const line = `${done} of ${total} requests, ${rate.toFixed(0)}/s, ${findings.count()} findings`
      process.stdout.write(isWatched ? `\r\u001b[K${line}` : `${line}\n`)
    },
    isWatched ? everyMs.people : everyMs.files,
  )
  return {
    onDone: () => {
      done += 1
    },
    /** Ends the line; answers how long it took. */
    end: (): number => {
      clearInterval(timer)
      if (isWatched) process.stdout.write('\r\u001b[K')
      return (performance.now() - began) / 1_000
    },
  }
}
