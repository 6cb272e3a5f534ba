import type { Knex } from 'knex'

/** What becomes of a phone that registers when an extension has as many as it may; null: as the settings of the house say. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("ALTER TABLE extensions ADD COLUMN contacts_full text CHECK (contacts_full IN ('replace', 'reject'))")
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE extensions DROP COLUMN contacts_full')
}
