import type { Knex } from 'knex'

/** Whose calls an extension may listen to with the feature code. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("ALTER TABLE extensions ADD COLUMN supervises text[] NOT NULL DEFAULT '{}'")
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE extensions DROP COLUMN supervises')
}
