/** The configuration cannot be used; says everything that is wrong at once. */
export class ConfigurationFaulty extends Error {
  override readonly name = 'ConfigurationFaulty'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    )
    this.faults = faults
  }
}
