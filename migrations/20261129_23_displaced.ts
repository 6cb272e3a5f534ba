import type { Knex } from 'knex'

/** Which ordinary calls made room for a call for help. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("ALTER TABLE emergency_calls ADD COLUMN displaced jsonb NOT NULL DEFAULT '[]'")
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE emergency_calls DROP COLUMN displaced')
}
