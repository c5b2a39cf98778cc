import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { logFields } from '../../src/observability/log-fields.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import { standingGauges } from '../../src/observability/standing-gauges.ts'
import { filesOf, textOf } from '../repository.ts'

interface Registered {
  readonly name: string
  readonly help: string
  /** prom-client tells it, though its typing does not. */
  readonly labelNames?: readonly string[]
}

const { registry } = createMetrics({ version: '1' })
standingGauges(registry)
const registered: readonly Registered[] = registry.getMetricsAsArray()
const own = registered.filter(({ name }) => name.startsWith('fairlead_'))
const page = textOf('docs/observability.md')

/** Rows of the table whose first heading this is, each as its trimmed cells. */
function tableOf(heading: string): readonly (readonly string[])[] {
  const lines = page.split('\n')
  const from = lines.findIndex((line) => line.startsWith(`| ${heading} `))
  const rest = lines.slice(from + 2)
  const rows = rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('|')),
  )
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

describe('docs/observability.md', () => {
  it('lists each metric with its labels and its help, and no other', () => {
    const written = own.map(({ name, help, labelNames = [] }) => [
      `\`${name}\``,
      labelNames.map((label) => `\`${label}\``).join(', '),
      help,
    ])
    expect(own.length).toBeGreaterThan(30)
    expect(tableOf('Metric')).toEqual(written)
  })

  it('promises the usual metrics of the process and of Node', () => {
    expect(page).toContain('The usual `process_*` and `nodejs_*` are there too')
    const names = registered.map(({ name }) => name)
    expect(names).toContain('process_cpu_seconds_total')
    expect(names).toContain('process_resident_memory_bytes')
    expect(names).toContain('nodejs_eventloop_lag_seconds')
  })

  it('lists each check of health, and no other', () => {
    const judges = filesOf('src/usecases/health').map(textOf).join('\n')
    const named = [...judges.matchAll(/\b(?:fine|degraded|failing)\(\s*'([a-z_]+)'/g)]
    const written = tableOf('Check').map(([name = '']) => name.replaceAll('`', ''))
    expect(new Set(written)).toEqual(new Set(named.map(([, name]) => name)))
  })

  it('lists each field of the log, and no other', () => {
    const written = Object.entries(logFields).map(([name, what]) => [`\`${name}\``, what])
    expect(tableOf('Field')).toEqual(written)
  })
})

describe('metrics', () => {
  it('are named by the conventions of Prometheus', () => {
    const odd = own.filter(
      ({ name }) => !/^fairlead(_[a-z]+)+$/.test(name) || /_ms$|_count$/.test(name),
    )
    expect(odd).toEqual([])
    const counters = own.filter(({ name }) => name.endsWith('_total'))
    expect(counters.map(({ constructor }) => constructor.name)).toEqual(
      counters.map(() => 'Counter'),
    )
  })
})

describe('docs/alerts.example.yaml', () => {
  const { groups } = parse(textOf('docs/alerts.example.yaml')) as {
    readonly groups: readonly {
      readonly rules: readonly { readonly alert: string; readonly expr: string }[]
    }[]
  }
  const rules = groups.flatMap((group) => group.rules)

  it('asks for metrics that there are, by labels that they have', () => {
    expect(rules.length).toBeGreaterThan(10)
    const labels = new Map(own.map(({ name, labelNames = [] }) => [name, labelNames]))
    for (const { alert, expr } of rules) {
      for (const [, name = '', chosen = ''] of expr.matchAll(/(fairlead_\w+)(?:\{([^}]*)\})?/g)) {
        const has = labels.get(name.replace(/_(bucket|count|sum)$/, '')) ?? labels.get(name)
        expect([alert, has]).not.toEqual([alert, undefined])
        const asked = [...chosen.matchAll(/(\w+)=/g)].map(([, label = '']) => label)
        expect([alert, asked.filter((label) => has?.includes(label) !== true)]).toEqual([alert, []])
      }
    }
  })
})
