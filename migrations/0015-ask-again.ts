import { Migration } from '@mikro-orm/migrations'

/**
 * When the bank is asked whether a delivered payout came back. What was delivered before is not asked
 * about. The column has no default; the index locks `payout_attempt` while it is built, and is empty then.
 */
export class AskAgain extends Migration {
  override up(): void {
    this.addSql(`alter table payout_attempt add column ask_again_at timestamptz`)
    this.addSql(
      `create index payout_attempt_to_ask on payout_attempt (ask_again_at) where ask_again_at is not null`,
    )
  }
}
