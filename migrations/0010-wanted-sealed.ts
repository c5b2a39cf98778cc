import { Migration } from '@mikro-orm/migrations'

/**
 * What a rail wants corrected is told in the rail's own words, which may repeat a name or an account
 * number: sealed like other personal data. No release had the readable columns, so nothing is carried
 * over from them. Locks "transaction" for a moment, rewrites nothing.
 */
export class WantedSealed extends Migration {
  override up(): void {
    this.addSql(`alter table "transaction" add column wanted_sealed bytea,
      drop column wanted_fields, drop column wanted_customer_fields,
      drop column required_info_message`)
  }
}
