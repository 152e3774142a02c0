import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fieldName } from '@medley/domain';
import type { MedleyClient } from '../client.ts';
import type { Generation, Model, Output } from '../types.ts';

const EXTENSIONS: Record<string, string> = {
  'image/png': 'png',
  'image/webp': 'webp',
  'audio/wav': 'wav',
  'audio/flac': 'flac',
  'audio/ogg': 'opus',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
};

/** `<id>-image.png`, `<id>-video-2.mp4` for the second sample, `<id>-muxed.mp4`. */
function fileName(generation: Generation, output: Output): string {
  const extension = EXTENSIONS[output.content_type.split(';')[0]!] ?? 'txt';
  const sample = generation.samples > 1 ? `-${output.sample + 1}` : '';
  return `${generation.id}-${output.role === 'muxed' ? 'muxed' : output.type}${sample}.${extension}`;
}

/** Downloads every output into the folder and answers the paths. */
export async function saveOutputs(
  client: MedleyClient,
  generation: Generation,
  folder: string,
  signal: AbortSignal,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    generation.outputs.map(async (output) => {
      const path = join(folder, fileName(generation, output));
      await writeFile(path, await client.download(output.url, signal));
      return path;
    }),
  );
}

export function formatGeneration(generation: Generation): string {
  const outcome = generation.error === undefined ? '' : `: ${formatError(generation.error)}`;
  const progress = generation.status === 'diffusing' ? ` ${generation.progress.step}/${generation.progress.steps}` : '';
  return `${generation.id}  ${generation.created_at}  ${generation.status}${progress}${outcome}`;
}

/** The words of an error, after the field that it points at where they don't name that: `conditions[1].asset: …`. */
export function formatError({ message, pointer = '' }: { message: string; pointer?: string | undefined }): string {
  const path = pointer.split('/').slice(1);
  const field = fieldName(path.map((part) => (/^\d+$/.test(part) ? Number(part) : part)));
  const named = [field, pointer].some((name) => message.includes(name));
  return named ? message : `${field}: ${message}`;
}

export function formatModel(model: Model): string {
  const { steps, guidance } = model;
  const own = Object.entries(guidance.outputs ?? {}).map(([type, usual]) => `, ${type} ${usual}`);
  return [
    `${model.name} ${model.version} (${model.digest.slice(0, 8)}, ${model.license}): ${model.description}`,
    `  takes ${model.conditions.join(', ')}; makes ${Object.keys(model.outputs).join(', ')}`,
    `  samplers ${model.samplers.join(', ')}; steps ${steps.min} to ${steps.max} (${steps.default}); guidance ${guidance.min} to ${guidance.max} (${guidance.default}${own.join('')})`,
  ].join('\n');
}
