import { appendFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Loaded into a process under test before it starts: on SIGUSR2 it collects garbage and writes how much
 * memory is left in use, and how long it has computed, as a line of the file that `FUZZ_MEMORY_FILE` names.
 */
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void // there since the line above
const file = process.env['FUZZ_MEMORY_FILE'] ?? ''

process.on('SIGUSR2', () => {
  collect()
  setImmediate(() => {
    collect()
    appendFileSync(
      file,
      `${JSON.stringify({ ...process.memoryUsage(), cpu: process.cpuUsage() })}\n`,
    )
  })
})
