import type { Knex } from 'knex'

/** Ring groups: more strategies, a time to ring for each member, and how often those are rung who are rung one after the other. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE ring_groups
      DROP CONSTRAINT ring_groups_strategy_check,
      ADD CONSTRAINT ring_groups_strategy_check CHECK (strategy IN ('all', 'enterprise', 'in-order', 'random', 'in-turn', 'memory-hunt', 'first-available')),
      ADD COLUMN rounds integer CHECK (rounds BETWEEN 1 AND 20);
    UPDATE ring_groups SET members = (
      SELECT jsonb_agg(jsonb_build_object('ringSeconds', NULL) || member ORDER BY place) FROM jsonb_array_elements(members) WITH ORDINALITY AS each (member, place)
    ) WHERE members <> '[]'
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    UPDATE ring_groups SET strategy = CASE strategy WHEN 'enterprise' THEN 'all' ELSE 'in-order' END WHERE strategy IN ('enterprise', 'memory-hunt', 'first-available');
    UPDATE ring_groups SET members = (
      SELECT jsonb_agg(member - 'ringSeconds' ORDER BY place) FROM jsonb_array_elements(members) WITH ORDINALITY AS each (member, place)
    ) WHERE members <> '[]';
    ALTER TABLE ring_groups
      DROP COLUMN rounds,
      DROP CONSTRAINT ring_groups_strategy_check,
      ADD CONSTRAINT ring_groups_strategy_check CHECK (strategy IN ('all', 'in-order', 'random', 'in-turn'))
  `)
}
