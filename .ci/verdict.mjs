// usage: node verdict.mjs <vitest json report> [failed step]...
// Names what failed or was skipped, and ends with one line "N passed, N failed, N skipped".
// A failed step, or a test file that could not be loaded, counts as a failure of its own.
import { existsSync, readFileSync } from 'node:fs'

const [file = '', ...failedSteps] = process.argv.slice(2)
const { testResults = [] } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}

const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
const passed = tests.filter(({ status }) => status === 'passed')
const failed = tests.filter(({ status }) => status === 'failed')
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
const broken = testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
)
// that the tests failed is counted by each of them, if any is known
const steps =
  failed.length + broken.length > 0
    ? failedSteps.filter((step) => step !== 'npm test')
    : failedSteps
if (tests.length === 0 && steps.length === 0) steps.push('no test ran')

const say = (line) => process.stdout.write(`${line}\n`)
for (const step of steps) say(`FAILED  ${step}`)
for (const { name, message } of broken) say(`FAILED  ${name}: ${message}`)
for (const { fullName } of failed) say(`FAILED  ${fullName}`)
for (const { fullName } of skipped) say(`SKIPPED ${fullName}`)
const failures = failed.length + broken.length + steps.length
say(`${passed.length} passed, ${failures} failed, ${skipped.length} skipped`)
process.exitCode = failures > 0 || skipped.length > 0 ? 1 : 0
