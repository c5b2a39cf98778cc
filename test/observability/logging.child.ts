import { createLog } from '../../src/observability/log.ts'

/** Writes lines to the log and ends in the way it was told to. */
const way = process.argv[2]
const log = createLog({ level: 'info' })
for (let times = 1; times <= 3; times += 1) log.info({ times }, 'a line')

if (way === 'by exit') process.exit(0)
if (way === 'by an error') throw new Error('nobody catches this')
if (way === 'by a rejection') void Promise.reject(new Error('nobody catches this'))
if (way === 'by being killed') setInterval(() => undefined, 1_000)
