import { readFileSync } from 'node:fs'

/**
 * Given to Node with `--import`: the wall clock of the process is off by as many milliseconds as the file
 * named by DRILL_CLOCK says, and jumps when the file changes. Timers and `performance.now` go on evenly,
 * as they do when somebody sets the clock of a machine.
 */
const file = process.env['DRILL_CLOCK']
const lookAgainMs = 100

if (file !== undefined) {
  const TrueDate = Date
  let shiftMs = 0
  const look = (): void => {
    try {
      shiftMs = Number(readFileSync(file, 'utf8'))
    } catch {
      shiftMs = 0
    }
  }
  const now = (): number => TrueDate.now() + shiftMs
  look()
  setInterval(look, lookAgainMs).unref()
  globalThis.Date = new Proxy(TrueDate, {
    construct: (target, given: unknown[], newTarget: NewableFunction) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as Date,
    apply: () => new TrueDate(now()).toString(),
    get: (target, name, receiver): unknown =>
      name === 'now' ? now : Reflect.get(target, name, receiver),
  })
}
