import { Migration } from '@mikro-orm/migrations'

/** Transactions and the idempotency keys that opened them. New tables: locks nothing. */
export class Transactions extends Migration {
  override up(): void {
    this.addSql(`create table "transaction" (
        id uuid primary key,
        kind text not null check (kind in ('receive')),
        phase text not null check (phase in ('screening', 'awaitingInfo', 'awaitingFunds', 'payingOut', 'awaitingPayoutCustomerInfo', 'awaitingPayoutTransactionInfo', 'settling', 'completed', 'expired', 'failed')),
        version integer not null check (version > 0),
        owner_account text not null,
        owner_memo text not null default '',
        asset_code text not null,
        asset_in text not null,
        amount_in_units bigint not null check (amount_in_units > 0),
        asset_out text not null,
        amount_out_units bigint not null check (amount_out_units > 0),
        asset_out_decimals smallint not null check (asset_out_decimals between 0 and 7),
        destination_asset text,
        fee_units bigint not null check (fee_units >= 0 and fee_units < amount_in_units),
        fee_parts jsonb not null,
        funding_method text not null,
        sender_id uuid,
        receiver_id uuid,
        sender_type text,
        receiver_type text,
        distribution_account text not null,
        memo_type text not null check (memo_type in ('id', 'text', 'hash')),
        memo_value text not null,
        refund_memo_type text,
        refund_memo_value text,
        fields_sealed bytea not null,
        wanted_fields jsonb not null default '{}',
        wanted_customer_fields jsonb not null default '[]',
        required_info_message text,
        status_message text,
        language text not null default 'en',
        stellar_payment_id bigint,
        stellar_transaction_hash text,
        funds_received_at timestamptz,
        external_transaction_id text,
        callback_url text,
        started_at timestamptz not null,
        updated_at timestamptz not null,
        completed_at timestamptz,
        lapses_at timestamptz not null,
        unique (distribution_account, memo_type, memo_value),
        unique (stellar_payment_id),
        check ((phase in ('payingOut', 'awaitingPayoutCustomerInfo', 'awaitingPayoutTransactionInfo', 'settling', 'completed')) <= (stellar_payment_id is not null)),
        check ((phase = 'completed') <= (completed_at is not null))
      )`)
    this.addSql(
      `create index transaction_of_owner on "transaction" (owner_account, owner_memo, started_at desc, id desc)`,
    )
    this.addSql(`create index transaction_newest on "transaction" (started_at desc, id desc)`)
    this.addSql(
      `create index transaction_by_phase on "transaction" (phase, started_at desc, id desc)`,
    )
    this.addSql(
      `create index transaction_unfunded on "transaction" (lapses_at) where phase in ('screening', 'awaitingInfo', 'awaitingFunds')`,
    )
    this.addSql(
      `create index transaction_by_external_id on "transaction" (external_transaction_id) where external_transaction_id is not null`,
    )
    this.addSql(
      `create index transaction_by_stellar_hash on "transaction" (stellar_transaction_hash) where stellar_transaction_hash is not null`,
    )
    this.addSql(
      `create index transaction_of_sender on "transaction" (sender_id) where sender_id is not null`,
    )
    this.addSql(
      `create index transaction_of_receiver on "transaction" (receiver_id) where receiver_id is not null`,
    )
    this.addSql(`create table transaction_opening (
        owner_account text not null,
        owner_memo text not null default '',
        key text not null,
        input_hash text not null,
        transaction_id uuid not null references "transaction" (id),
        created_at timestamptz not null default now(),
        primary key (owner_account, owner_memo, key)
      )`)
  }
}
