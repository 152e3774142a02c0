import { describe, expect, it } from '@jest/globals';
import { Activation, Fallback, KEDA_DEFAULTS } from './keda.ts';

describe('activation', () => {
  it('starts the first replica when the trigger is above its threshold, and not at it', () => {
    const activation = new Activation({ ...KEDA_DEFAULTS, activationThreshold: 5 });
    expect([activation.poll(0, 0, 5), activation.poll(30, 0, 6)]).toEqual([0, 1]);
  });

  it('starts as many as there are to be at least, and never has fewer', () => {
    const activation = new Activation({ ...KEDA_DEFAULTS, minReplicaCount: 3 });
    expect([activation.poll(0, 0, 1), activation.poll(30, 1, 0)]).toEqual([3, 3]);
  });

  it('leaves the number to the HPA while it is active', () => {
    expect(new Activation(KEDA_DEFAULTS).poll(0, 7, 1)).toBe(7);
  });

  it('takes the last ones away when nothing was active for longer than the cooldown', () => {
    const activation = new Activation(KEDA_DEFAULTS);
    activation.poll(0, 0, 1);
    expect([activation.poll(30, 1, 0), activation.poll(300, 1, 0), activation.poll(301, 1, 0)]).toEqual([1, 1, 0]);
  });

  it('begins the cooldown anew with each look that finds it active', () => {
    const activation = new Activation(KEDA_DEFAULTS);
    activation.poll(0, 0, 1);
    activation.poll(270, 1, 1);
    expect([activation.poll(540, 1, 0), activation.poll(600, 1, 0)]).toEqual([1, 0]);
  });
});

describe('fallback', () => {
  it('takes the place of a metric that failed more than so often in a row', () => {
    const fallback = new Fallback({ fallback: { failureThreshold: 2, replicas: 6 } });
    const read = [40, undefined, undefined, undefined, 50, undefined].map((value) => fallback.read(value, 10));
    expect(read).toEqual([40, undefined, undefined, 60, 50, undefined]);
  });

  it('is not there unless it is asked for', () => {
    const fallback = new Fallback(KEDA_DEFAULTS);
    expect([1, 2, 3].map(() => fallback.read(undefined, 10))).toEqual([undefined, undefined, undefined]);
  });
});
