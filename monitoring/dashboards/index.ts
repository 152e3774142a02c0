import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { buildBoard } from './board.ts';
import { ENGINE } from './engine.ts';
import { GENERATION } from './generation.ts';
import { OVERVIEW } from './overview.ts';
import { POOLS } from './pools.ts';
import { RELIABILITY } from './reliability.ts';
import { STORES } from './stores.ts';

const BOARDS = [OVERVIEW, ENGINE, POOLS, RELIABILITY, STORES, GENERATION];

/** Every dashboard, by the name of its file. */
export function dashboards(): ReadonlyMap<string, Dashboard> {
  return new Map(BOARDS.map((board) => [board.name, buildBoard(board)]));
}
