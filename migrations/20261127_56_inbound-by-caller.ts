import type { Knex } from 'knex'

/** Where calls for a number go depends on who calls: `[{ "caller": "+1202*", "destination": "102" }]`. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`ALTER TABLE inbound_numbers ADD COLUMN by_caller jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(by_caller) = 'array')`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE inbound_numbers DROP COLUMN by_caller')
}
