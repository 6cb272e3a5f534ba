import type { Knex } from 'knex'

/** Numbers whose lamps the phones of an extension get by one subscription. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("ALTER TABLE extensions ADD COLUMN lamp_numbers text[] NOT NULL DEFAULT '{}'")
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE extensions DROP COLUMN lamp_numbers')
}
