import type { Scenario } from './scenario-form.ts'

/** The scenario as today's protocol would have answered it. */
export const forToday = (recorded: Scenario): Scenario => recorded
