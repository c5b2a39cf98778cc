import { Migration } from '@mikro-orm/migrations'

/**
 * From which versions of its customers an attempt's order was made, so that a refusal of old data is
 * known as such. Adds a column without a default: locks `payout_attempt` for a moment.
 */
export class AttemptCustomers extends Migration {
  override up(): void {
    this.addSql(`alter table payout_attempt add column customer_versions jsonb`)
  }
}
