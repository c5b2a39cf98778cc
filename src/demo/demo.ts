import { sendCrossBorderPayment } from './cross-border-payment.ts'
import { createTimeline } from './timeline.ts'
import { readWorld } from './world.ts'

/** The demo's own process: `node demo.js <sandbox.json> [--correct-data]`. */
const [file = '', ...flags] = process.argv.slice(2)
const timeline = createTimeline(
  (line) => process.stdout.write(`${line}\n`),
  () => Date.now(),
)
try {
  await sendCrossBorderPayment(await readWorld(file), timeline, {
    correctData: flags.includes('--correct-data'),
    deadlineMs: 60_000,
  })
  process.exit(0)
} catch (error) {
  timeline.note(`The demo failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}
