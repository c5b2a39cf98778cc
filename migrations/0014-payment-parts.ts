import { Migration } from '@mikro-orm/migrations'

/**
 * One operation of a contract may credit several assets to one account: each is a payment of its own.
 * The column has a constant default; the new key and indexes lock `stellar_payment` while they are built.
 */
export class PaymentParts extends Migration {
  override up(): void {
    this.addSql(`alter table stellar_payment
        add column part smallint not null default 0,
        drop constraint stellar_payment_pkey,
        add primary key (epoch, id, account, part)`)
    this.addSql(`drop index stellar_payment_unmatched`)
    this.addSql(
      `create index stellar_payment_unmatched on stellar_payment (epoch desc, id desc, account desc, part desc) where match_state = 'unmatched'`,
    )
    this.addSql(`drop index stellar_payment_waiting`)
    this.addSql(
      `create index stellar_payment_waiting on stellar_payment (account, epoch, id, part) where match_state = 'waiting'`,
    )
  }
}
