import { describe, expect, it } from '@jest/globals';
import type { Stage } from './job-catalog.ts';
import type { JobState } from './ports.ts';
import { reconcile, type Observation, type ReconcileAction } from './reconcile.ts';

const STATES: readonly JobState[] = ['absent', 'live', 'stale', 'completed', 'failed'];

type States = Record<'encode' | 'diffuse' | 'decode' | 'assemble', JobState>;

const GRACE = 10_000;
const LAST_EPOCH = 5;
const NOTHING: States = { encode: 'absent', diffuse: 'absent', decode: 'absent', assemble: 'absent' };

function seen(states: Partial<States>, fields: Partial<Observation> = {}): Observation {
  const jobs = Object.entries({ ...NOTHING, ...states }).map(([stage, state]) => ({ stage: stage as Stage, state }));
  const live = { epoch: 1, latentsStored: false };
  return { committed: false, epoch: 1, late: false, live, jobs, age: GRACE, ...fields };
}

/** Every combination of the observations. */
function* combinations(): Generator<{ observation: Observation; states: States }> {
  const lives = [undefined, { epoch: 1, latentsStored: false }, { epoch: 1, latentsStored: true }];
  for (const encode of STATES)
    for (const diffuse of STATES)
      for (const decode of STATES)
        for (const assemble of STATES)
          for (const live of [...lives, { epoch: LAST_EPOCH, latentsStored: false }])
            for (const epoch of [1, LAST_EPOCH])
              for (const committed of [true, false])
                for (const late of [true, false])
                  for (const age of [0, GRACE - 1, GRACE, 10 * GRACE]) {
                    const states = { encode, diffuse, decode, assemble };
                    yield { observation: seen(states, { committed, epoch, late, live, age }), states };
                  }
}

/** The rules in the order of their weight, each told by itself; the first that holds decides. */
const RULES: readonly [
  rule: string,
  holds: (observation: Observation, states: States) => boolean,
  then: (observation: Observation) => ReconcileAction['type'],
][] = [
  ['a commit is finished', ({ committed }) => committed, () => 'finish'],
  ['what was begun just now is left alone', ({ age }) => age < GRACE, () => 'none'],
  ['what is late fails', ({ late }) => late, () => 'fail'],
  ['a failed job fails the generation', (_, states) => Object.values(states).includes('failed'), () => 'fail'],
  [
    'a live state that is gone or old means another epoch',
    ({ live, epoch }) => live?.epoch !== epoch,
    ({ epoch }) => (epoch === LAST_EPOCH ? 'fail' : 'next-epoch'),
  ],
  [
    'work under way is left alone',
    (_, states) => Object.values(states).some((state) => state === 'live' || state === 'stale'),
    () => 'none',
  ],
  [
    'no job of the first flow, no assemble: the flow is missing',
    (_, { encode, diffuse, assemble }) => [encode, diffuse, assemble].every((state) => state === 'absent'),
    ({ live }) => (live!.latentsStored ? 'decode-flow' : 'encode-flow'),
  ],
  [
    'diffused and stored, but not handed on: the second flow is missing',
    ({ live }, { diffuse, assemble }) => diffuse === 'completed' && assemble === 'absent' && live!.latentsStored,
    () => 'decode-flow',
  ],
  ['everything else starts anew', () => true, ({ epoch }) => (epoch === LAST_EPOCH ? 'fail' : 'next-epoch')],
];

describe('reconcile', () => {
  it('derives one action for every combination, by the first rule that holds', () => {
    const used = new Map<string, number>();
    for (const { observation, states } of combinations()) {
      const [rule, , then] = RULES.find(([, holds]) => holds(observation, states))!;
      used.set(rule, (used.get(rule) ?? 0) + 1);
      const expected = then(observation);
      if (reconcile(observation).type !== expected) expect({ rule, observation, states }).toBe(expected);
    }
    expect([...used.keys()].sort()).toEqual(RULES.map(([rule]) => rule).sort());
  });

  it('never touches a generation that is at work, and never leaves one that is not', () => {
    for (const { observation, states } of combinations()) {
      if (observation.committed || observation.late || observation.age < GRACE) continue;
      const { type } = reconcile(observation);
      const works = Object.values(states).some((state) => state === 'live' || state === 'stale');
      const sound = !Object.values(states).includes('failed') && observation.live?.epoch === observation.epoch;
      if ((type === 'none') !== (works && sound)) expect({ observation, states }).toBe(type);
    }
  });

  it.each<[string, Observation, ReconcileAction]>([
    ['a gateway that died before it queued', seen({}, { live: undefined }), { type: 'next-epoch' }],
    ['one that died after it wrote the live state', seen({}), { type: 'encode-flow' }],
    [
      'a diffusion worker that died before it added the second flow',
      seen({ encode: 'completed', diffuse: 'completed' }, { live: { epoch: 1, latentsStored: true } }),
      { type: 'decode-flow' },
    ],
    [
      'one whose latents are not all stored',
      seen({ encode: 'completed', diffuse: 'completed' }),
      { type: 'next-epoch' },
    ],
    [
      'an assemble that ended without a commit',
      seen(
        { encode: 'completed', diffuse: 'completed', decode: 'completed', assemble: 'completed' },
        { live: { epoch: 1, latentsStored: true } },
      ),
      { type: 'next-epoch' },
    ],
    [
      'the last of five epochs',
      seen({}, { live: undefined, epoch: 5 }),
      { type: 'fail', code: 'worker_crashed', reason: 'no attempt of 5 came to an end' },
    ],
    [
      'a deadline',
      seen({ diffuse: 'live' }, { late: true }),
      { type: 'fail', code: 'deadline_exceeded', reason: 'deadline_seconds passed before the generation was done' },
    ],
  ])('%s', (_name, observation, action) => {
    expect(reconcile(observation)).toEqual(action);
  });

  it('passes on why a job failed', () => {
    const jobs = [{ stage: 'decode', state: 'failed', reason: 'the disk is full' }] as const;
    expect(reconcile(seen({}, { jobs }))).toEqual({ type: 'fail', code: 'internal', reason: 'the disk is full' });
  });

  it('names a job that no worker lived through', () => {
    const jobs = [{ stage: 'decode', state: 'failed', crashed: true }] as const;
    expect(reconcile(seen({}, { jobs }))).toEqual({
      type: 'fail',
      code: 'worker_crashed',
      reason: 'the workers that took its decode job died, again and again',
    });
  });
});
