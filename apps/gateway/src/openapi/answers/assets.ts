import { z } from 'zod';
import { generationName, moment, sha256 } from './parts.ts';

const asset = z
  .object({ id: z.string(), content_type: z.string(), bytes: z.int(), sha256 })
  .meta({ id: 'Asset', description: 'A stored file. Equal bytes of one API key are stored once.' });

const storedAsset = z
  .object({
    ...asset.shape,
    created_at: moment,
    generation: generationName.optional().describe('What made it; missing for what a client sent.'),
    url: z
      .url()
      .optional()
      .describe('Downloads a generated file without an API key, for an hour. What a client sent is never served.'),
  })
  .meta({ id: 'StoredAsset', description: 'A stored file, and where it comes from.' });

const uploadTicket = z
  .object({
    id: z.string().meta({ pattern: '^upl_[0-9a-z]{26}$' }),
    upload: z.object({
      method: z.literal('PUT'),
      url: z.url(),
      headers: z.record(z.string(), z.string()).describe('Send them with the file exactly as they are.'),
      expires_at: moment,
    }),
  })
  .meta({ id: 'UploadTicket', description: 'Where the announced file is to be put. `complete` makes it an asset.' });

const knownFile = z
  .object({ asset })
  .meta({ id: 'KnownFile', description: 'The key has a file of these bytes already; nothing is to be sent.' });

export const assetAnswers = [asset, storedAsset, uploadTicket, knownFile];
