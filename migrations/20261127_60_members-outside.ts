import type { Knex } from 'knex'

/** Members of ring groups may be numbers outside, which are asked whether they take the call. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    UPDATE ring_groups SET members = (
      SELECT jsonb_agg(jsonb_build_object('number', NULL, 'confirm', false) || member ORDER BY place) FROM jsonb_array_elements(members) WITH ORDINALITY AS each (member, place)
    ) WHERE members <> '[]'
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    UPDATE ring_groups SET members = coalesce((
      SELECT jsonb_agg(member - 'number' - 'confirm' ORDER BY place) FROM jsonb_array_elements(members) WITH ORDINALITY AS each (member, place) WHERE member->>'extensionId' IS NOT NULL
    ), '[]') WHERE members <> '[]'
  `)
}
