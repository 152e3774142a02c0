import type { JsonSchema } from './schemas.ts';

const inPath = (name: string, description: string, pattern: string, example: string): JsonSchema => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', pattern },
  example,
});
/** Without an example of its own: pages that try operations would send it. */
const inHeader = (name: string, description: string, schema: JsonSchema = {}): JsonSchema => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string', ...schema },
});

/** Parameters that several operations share; what no id can look like is answered as not found. */
export const PARAMETERS: Record<string, JsonSchema> = {
  GenerationId: inPath('id', 'Id of a generation.', '^gen_[0-9a-z]{26}$', 'gen_01jc8n4w2v6q0x3r5t7y9z1b2d'),
  OutputIndex: inPath('index', 'Place among `outputs`, from 0.', '^[0-9]{1,4}$', '0'),
  AssetId: inPath('id', 'Id of an asset.', '^ast_[0-9a-z]{26}([0-9a-z]{2})?$', 'ast_01jc8n4w2v6q0x3r5t7y9z1b2d'),
  UploadId: inPath('id', 'Id of an upload.', '^upl_[0-9a-z]{26}$', 'upl_01jc8n4w2v6q0x3r5t7y9z1b2d'),
  ModelName: inPath('name', 'Name of a model.', '^[a-z0-9][a-z0-9-]{0,62}$', 'picturebook'),
  EndpointId: inPath(
    'id',
    'Id of an endpoint; `default` is the one of the `webhook` of generations.',
    '^(default|whe_[0-9a-z]{26})$',
    'whe_01jc8n4w2v6q0x3r5t7y9z1b2d',
  ),
  DeliveryId: inPath('id', 'Id of a delivery.', '^whd_[0-9a-z]{26}_[0-9]{1,3}$', 'whd_01jc8n4w2v6q0x3r5t7y9z1b2d_0'),
  KeyId: inPath('id', 'Id of an API key.', '^key_[0-9a-hjkmnp-tv-z]{26}$', 'key_01jc8n4w2v6q0x3r5t7y9z1b2d'),
  ShareToken: inPath(
    'token',
    'The last part of a shared link.',
    '^[0-9a-z]{26}[A-Za-z0-9_-]{48}$',
    '01jc8n4w2v6q0x3r5t7y9z1b2dJ3kq0pZtVn8yQ2wRLq5sYtUvWxYz0123456789-_AbCdEfGh',
  ),
  IdempotencyKey: inHeader(
    'Idempotency-Key',
    'Names the request: sent again with the same body it answers the same generation, with another body 422 `idempotency_mismatch`. 1 to 255 visible ASCII characters. Kept as long as the generation is, per API key.',
    { pattern: '^[!-~]{1,255}$', maxLength: 255 },
  ),
  Prefer: inHeader(
    'Prefer',
    '`wait=N` (RFC 7240): answer when the generation has ended, or after N seconds, at most 25. `wait` alone is 25.',
  ),
  Traceparent: inHeader(
    'traceparent',
    'The span that asks (W3C Trace Context): what is done for the generation belongs to its trace, to the webhook, which is sent one too.',
    { pattern: '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}', maxLength: 512 },
  ),
  LastEventId: inHeader('Last-Event-ID', 'The `id` of the last event seen, such as `1-42`: goes on after it.', {
    pattern: '^[0-9]{1,9}-[0-9]{1,15}$',
  }),
  Range: inHeader('Range', 'One range of bytes (RFC 9110, section 14), such as `bytes=0-1023`.'),
  IfRange: inHeader('If-Range', 'The `ETag` that the range belongs to; of another one all is sent.'),
  IfNoneMatch: inHeader('If-None-Match', 'The `ETag` of what is there already.'),
  Expires: {
    name: 'expires',
    in: 'query',
    description: 'Of a signed link: until when it holds, in seconds since the epoch.',
    schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
  },
};

const text = (description: string, example: string): JsonSchema => ({
  description,
  schema: { type: 'string' },
  example,
});
const whole = (description: string, example: number): JsonSchema => ({
  description,
  schema: { type: 'integer' },
  example,
});

export const HEADERS: Record<string, JsonSchema> = {
  'x-request-id': text('Names the request in the logs of the service.', 'req_01jc8n4w2v6q0x3r5t7y9z1b2d'),
  'x-trace-id': text(
    'The trace of the request, where the service or the client has one.',
    '4bf92f3577b34da6a3ce929d0e0e4736',
  ),
  ratelimit: text(
    'What is left of the policy (draft-ietf-httpapi-ratelimit-headers-10): `r` requests, the next one free in `t` seconds. Missing where there is no limit.',
    '"requests";r=1199;t=1',
  ),
  'ratelimit-policy': text('The policy: `q` requests in `w` seconds.', '"requests";q=1200;w=60'),
  'retry-after': whole('Seconds after which to ask again.', 1),
  location: text('Where what was made can be read.', '/v1/assets/ast_01jc8n4w2v6q0x3r5t7y9z1b2d'),
  'preference-applied': text('The `Prefer` that was followed.', 'wait=10'),
  'set-cookie': text(
    'The cookie of the session: HttpOnly, SameSite=Strict, and Secure where the service has TLS.',
    'medley_session=mds_…; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict',
  ),
  etag: text(
    'The sha256 of the file, in quotes.',
    '"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
  ),
  'accept-ranges': text('Ranges of bytes are answered.', 'bytes'),
  'content-range': text('Which bytes of how many.', 'bytes 0-1023/146515'),
};

export const SECURITY_SCHEMES: Record<string, JsonSchema> = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'mdl_…',
    description: 'An API key. Its scopes are `read`, `generate` (which may read as well) and `admin`.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'medley_session',
    description:
      'The cookie of `POST /v1/session`, for pages of this service. What changes anything has to come from its own origin.',
  },
  signedLink: {
    type: 'apiKey',
    in: 'query',
    name: 'signature',
    description: 'The signature of a link that the service gave, beside `expires`.',
  },
};
