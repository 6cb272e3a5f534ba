import type { Knex } from 'knex'

/** Where a phone was when it, or its user, said where it is: in another network that may no longer be so. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE emergency_devices ADD COLUMN reported_from text, ADD COLUMN confirmed_from text')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE emergency_devices DROP COLUMN reported_from, DROP COLUMN confirmed_from')
}
