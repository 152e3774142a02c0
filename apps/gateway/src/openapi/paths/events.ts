import { EVENTS } from '../examples/generation.ts';
import { needs, parameter, problems, ref, type Paths } from '../operation.ts';

const SOME = ['accepted', 'step', 'preview', 'succeeded'];
const stream = SOME.map((name, index) => {
  const id = name === 'preview' ? '' : `id: 1-${index + 1}\n`;
  return `${id}event: ${name}\ndata: ${JSON.stringify(EVENTS[name])}\n`;
}).join('\n');

export const eventPaths: Paths = {
  '/v1/generations/{id}/events': {
    get: {
      operationId: 'followGeneration',
      tags: ['Generations'],
      summary: 'Follow a generation',
      description: [
        'Server-sent events (HTML standard, section 9.2) until the last one: `succeeded`, `failed` or `canceled`. `event` names the kind, `data` holds JSON, `id` is the place in the log.',
        'After a break send the last `id` as `Last-Event-ID`: what came since follows. Where the log no longer tells everything, an event `snapshot` without an id comes first, whose `data` is the `Generation`. Events `preview` have no id either, and slow readers are spared them.',
        `\`\`\`\n${stream}\`\`\``,
        'A comment comes every 15 s. `retry` asks to come back when the service restarts. The stream ends at the next comment when the API key is revoked.',
      ].join('\n\n'),
      security: needs('read'),
      parameters: ['GenerationId', 'LastEventId'].map(parameter),
      responses: {
        200: {
          description: 'The events. The schema is that of the `data` of one of them.',
          content: {
            'text/event-stream': {
              schema: { oneOf: [ref('GenerationEvent'), ref('Generation')] },
              examples: Object.fromEntries(Object.entries(EVENTS).map(([name, value]) => [name, { value }])),
            },
          },
        },
        ...problems('keyed', 'invalid_request', 'not_found', 'gone'),
      },
    },
  },
};
