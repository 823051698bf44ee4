// What facts mean for the evidence: a twin's virtual book, its finished trades, and how far its configuration
// has come. A stage moves the configuration's own row with them: the row, its cap and the reason are one
// transaction.
import type { EntryOf } from '../domain/fact.ts';
import { advance, enter, type LifecycleState, overridden } from '../domain/lifecycle-state.ts';
import { type Beginnings, beginAt, beginningsAfter } from '../domain/recollection.ts';
import { type Change, insert, replace, revise } from './change.ts';
import type { StoreContext } from './context.ts';
import { plain } from './plain.ts';
import { tradeRow } from './position-projection.ts';
import type { CareerRow } from './schema.ts';

export const evidenceOpened = ({
  seq,
  at,
  data: { id, version, stage, equity, again },
}: EntryOf<'evidence.opened'>): readonly Change[] => [
  replace('twins', {
    config_id: id,
    config_version: version,
    equity: plain(equity),
    position: null,
  }),
  replace('careers', {
    config_id: id,
    config_version: version,
    ...careerColumns(enter(stage, at, again), beginAt(seq)),
    updated_at: at,
  }),
];

export const twinOpened = ({
  key,
  data: { version, ...position },
}: EntryOf<'twin.opened'>): Change =>
  revise('twins', key, (row) =>
    row.config_version === version ? { position: JSON.stringify(position) } : {},
  );

export const twinClosed = (
  { seq, key, data: { version, trade, equity } }: EntryOf<'twin.closed'>,
  context: StoreContext,
): readonly Change[] => [
  insert(
    'trades',
    tradeRow(seq, trade, { ...context, isPaper: true }, { is_twin: 1, config_version: version }),
  ),
  revise('twins', key, (row) =>
    row.config_version === version ? { position: null, equity: plain(equity) } : {},
  ),
];

export const stageJudged = ({
  seq,
  at,
  data: { id, version, verdict },
}: EntryOf<'stage.judged'>): readonly Change[] => [
  career(id, version, at, (state, began) => [
    advance(state, verdict),
    beginningsAfter(began, verdict, seq),
  ]),
  revise('trained_configurations', id, (row) =>
    row.version !== version || (verdict.to === verdict.from && verdict.kind !== 'archived')
      ? {}
      : {
          lifecycle_stage: verdict.to,
          is_active: verdict.kind === 'archived' ? 0 : row.is_active,
          updated_at: at,
        },
  ),
];

export const stageOverridden = ({
  seq,
  at,
  data: { id, version, to },
}: EntryOf<'stage.overridden'>): readonly Change[] => [
  career(id, version, at, (state) => [overridden(state, to, at), beginAt(seq)]),
  revise('trained_configurations', id, (row) =>
    row.version === version ? { lifecycle_stage: to, updated_at: at } : {},
  ),
];

/** Of another version's career there is nothing to move. */
const career = (
  id: string,
  version: number,
  at: number,
  move: (state: LifecycleState, began: Beginnings) => readonly [LifecycleState, Beginnings],
): Change =>
  revise('careers', id, (row) =>
    row.config_version === version
      ? { ...careerColumns(...move(stateOf(row), beginningsOf(row))), updated_at: at }
      : {},
  );

const careerColumns = (state: LifecycleState, { entered, counted, watched }: Beginnings) => ({
  state: JSON.stringify(state),
  entered_seq: entered,
  counted_seq: counted,
  watched_seq: watched,
});

export const stateOf = ({ state }: CareerRow): LifecycleState => JSON.parse(state);

export const beginningsOf = ({ entered_seq, counted_seq, watched_seq }: CareerRow): Beginnings => ({
  entered: entered_seq,
  counted: counted_seq,
  watched: watched_seq,
});
