import { hash } from 'node:crypto';
import { ALPHABET } from './generation-id.ts';
import { jobId } from './job-catalog.ts';

/** S3 key layout (architecture.md, "Who holds what"). */

/** Two hex digits that spread the ids of open generations over prefixes. */
export function shardOf(generation: string): string {
  return hash('sha256', generation, 'hex').slice(0, 2);
}

export const objectKeys = {
  open: (generation: string) => `open/${shardOf(generation)}/${generation}.json`,
  openPrefix: 'open/',
  result: (generation: string) => `generations/${generation}/result.json`,
  /** Under which all that is kept of generations lies, in equal parts. */
  generationPrefixes: [...ALPHABET].map((digit) => `generations/gen_${digit}`),
  epoch: (generation: string, epoch: number) => `generations/${generation}/epochs/${epoch}`,
  epochPrefix: (generation: string) => `generations/${generation}/epochs/`,
  /** The asset that was fetched for a condition given by URL: pinned for every epoch. */
  input: (generation: string, role: number) => `generations/${generation}/inputs/${role}.json`,
  inputPrefix: (generation: string) => `generations/${generation}/inputs/`,
  /** An output file, fenced by epoch, attempt and a random token of the execution that writes it. */
  output: (generation: string, epoch: number, attempt: number, token: string, file: string) =>
    `generations/${generation}/outputs/e${epoch}-a${attempt}-${token}/${file}`,
  outputPrefix: (generation: string) => `generations/${generation}/outputs/`,
  /** The link that shows a generation to those who have it. */
  share: (generation: string) => `generations/${generation}/share.json`,
  tensor: (generation: string, digest: string) => `tensors/${generation}/${digest}`,
  /** How far a run is; goes with its tensors. */
  checkpoint: (generation: string, epoch: number) => `tensors/${generation}/checkpoint-e${epoch}`,
  tensorPrefix: (generation: string) => `tensors/${generation}/`,
  asset: (owner: string, asset: string) => `assets/${owner}/${asset}`,
  /** A file that a client puts itself; keys begin with the second at which their link expires. */
  upload: (expires: number, upload: string) => `uploads/${String(expires).padStart(12, '0')}/${upload}`,
  uploadPrefix: 'uploads/',
  /** Says that a guest was here; keys begin with the second at which he ends. What follows are his generations. */
  guest: (expires: number, owner: string) => `guests/${String(expires).padStart(12, '0')}/${owner}`,
  guestGeneration: (expires: number, owner: string, generation: string) =>
    `${objectKeys.guest(expires, owner)}/${generation}`,
  guestPrefix: 'guests/',
  assetPrefix: (owner: string) => `assets/${owner}/`,
  /** Says that a generation uses an asset: the asset goes with the last of them. */
  assetUse: (owner: string, asset: string, generation: string) => `uses/${owner}/${asset}/${generation}`,
  assetUsePrefix: (owner: string, asset: string) => `uses/${owner}/${asset}/`,
  /** Under which everything lies that is an owner's alone, but for his generations. */
  ownedPrefixes: (owner: string) => [`assets/${owner}/`, `uses/${owner}/`, `embeddings/${owner}/`],
  embedding: (owner: string, bundleDigest: string, content: string) =>
    `embeddings/${owner}/${bundleDigest.slice(0, 16)}/${content}`,
  /** Stands while the end is owed to a webhook; named like its job. */
  notification: (generation: string, epoch: number, role: number) =>
    `notify/${shardOf(generation)}/${jobId({ v: 1, generation, epoch, role }, 'notify')}`,
  notificationsOf: (generation: string) => `notify/${shardOf(generation)}/${generation}-`,
  notificationPrefix: 'notify/',
  delivery: (generation: string, role: number) => `generations/${generation}/deliveries/${role}.json`,
  deliveryPrefix: (generation: string) => `generations/${generation}/deliveries/`,
  /** Order of a key's deliveries: `place` sorts the newest first. Of those that were given up there is a second one. */
  deliveryEntry: (list: 'deliveries' | 'dead-deliveries', owner: string, place: string) => `${list}/${owner}/${place}`,
  deliveryEntryPrefix: (list: 'deliveries' | 'dead-deliveries', owner: string) => `${list}/${owner}/`,
  webhookEndpoint: (owner: string, endpoint: string) => `endpoints/${owner}/${endpoint}.json`,
  webhookEndpointPrefix: (owner: string) => `endpoints/${owner}/`,
  apiKey: (hash: string) => `keys/${hash}.json`,
  apiKeyPrefix: 'keys/',
};
