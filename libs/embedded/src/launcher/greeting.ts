import type { CheckedBundle } from './check-bundles.ts';

/** What `npm start` prints when everything is ready; its last command works when pasted. */
export function greeting(url: string, key: string, data: string, bundles: readonly CheckedBundle[]): string {
  const body = JSON.stringify({
    conditions: [{ type: 'text', text: 'a dog on a blue background, bouncing' }],
    outputs: (bundles[0]?.modalities ?? []).map((type) => ({ type })),
  });
  return `
Medley is ready. Open this to play; the part behind # is your key:

  ${url}/#key=${key}

  address ${url}
  key     ${key}
  models  ${bundles.map(({ name }) => name).join(', ')}
  data    ${data}

Try it:

  curl -s ${url}/v1/generations -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -H 'Prefer: wait=20' -d '${body}'

Ctrl-C stops everything.
`;
}
