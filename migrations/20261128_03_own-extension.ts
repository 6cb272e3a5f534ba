import type { Knex } from 'knex'

/** Whose phone is whose: what a person may do with the own calls is told by it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE users ADD COLUMN extension_id uuid REFERENCES extensions ON DELETE SET NULL;
    CREATE INDEX users_extension ON users (extension_id) WHERE extension_id IS NOT NULL;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE users DROP COLUMN extension_id')
}
