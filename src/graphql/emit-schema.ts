import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { backofficeSchema } from './backoffice/schema.ts'
import { partnerSchema } from './partner/schema.ts'

/** Writes the SDL of both APIs to `schema/`; with `--check` only tells whether it is up to date. */
const schemas = {
  'schema/partner.graphql': await partnerSchema(),
  'schema/backoffice.graphql': await backofficeSchema(),
}
const onlyCheck = process.argv.includes('--check')
await mkdir('schema', { recursive: true })
for (const [file, schema] of Object.entries(schemas)) {
  const sdl = `${printSchema(lexicographicSortSchema(schema))}\n`
  if (!onlyCheck) await writeFile(file, sdl)
  else if ((await readFile(file, 'utf8').catch(() => '')) !== sdl) {
    console.error(`${file} is not what the code says: run \`npm run schema\` and commit it`)
    process.exitCode = 1
  }
}
