import type { BundleManifest, SamplerName } from './bundle-manifest.ts';
import { GenerationError } from './errors.ts';
import type { RequestedOutput } from './generation-request.ts';
import type { Modality } from './modality.ts';
import { fieldName, jsonPointer, type Submission, type SubmittedOutput } from './submission.ts';

/** The settings of a submission with the bundle's defaults filled in. */
export interface ResolvedSettings {
  outputs: RequestedOutput[];
  steps: number;
  sampler: SamplerName;
}

/**
 * Checks a submission against what the bundle can do. Throws GenerationError `unsupported_by_bundle` whose pointer
 * names the field and whose text names the value and the limit.
 */
export function resolveSettings(submission: Submission, manifest: BundleManifest): ResolvedSettings {
  const refuse = (path: PropertyKey[], value: unknown, limit: string) => {
    throw new GenerationError(
      'unsupported_by_bundle',
      `${fieldName(path)} is ${String(value)}; bundle ${manifest.name} ${limit}`,
      {
        pointer: jsonPointer(path),
      },
    );
  };
  const present = Object.keys(manifest.modalities).join(', ');
  submission.conditions.forEach((condition, index) => {
    const graphs = manifest.modalities[condition.type]?.graphs;
    if (graphs?.prompt_encoder === undefined) refuse(['conditions', index, 'type'], condition.type, `takes ${present}`);
  });
  if (submission.negative !== undefined && manifest.modalities.text?.graphs.prompt_encoder === undefined) {
    refuse(['negative'], 'set', 'has no text encoder');
  }
  const { steps, guidance, samplers } = manifest.diffusion;
  const within = (path: PropertyKey[], value: number, range: { min: number; max: number }) => {
    if (value < range.min || value > range.max) refuse(path, value, `takes ${range.min} to ${range.max}`);
  };
  const sampler = submission.sampler ?? samplers[0]!;
  if (!samplers.includes(sampler)) refuse(['sampler'], sampler, `has ${samplers.join(', ')}`);
  const single = submission.outputs.length === 1 ? submission.outputs[0]!.steps : undefined;
  const chosenSteps = single ?? submission.steps ?? steps.default;
  within(single === undefined ? ['steps'] : ['outputs', 0, 'steps'], chosenSteps, steps);
  const outputs = submission.outputs.map((output, index): RequestedOutput => {
    const at = (field: string) => ['outputs', index, field];
    if (manifest.modalities[output.type]?.graphs.denoiser === undefined)
      refuse(at('type'), output.type, `makes ${present}`);
    const own = output.guidance ?? submission.guidance ?? usualGuidance(manifest, output.type);
    within(output.guidance === undefined ? ['guidance'] : at('guidance'), own, guidance);
    for (const [field, made] of Object.entries(fixedMedia(output, manifest))) {
      const asked = (output as Record<string, unknown>)[field];
      if (asked !== undefined && asked !== made) refuse(at(field), asked, `makes ${output.type} of ${field} ${made}`);
    }
    const longest = manifest.modalities.text?.media.max_tokens ?? 0;
    if (output.type === 'text' && (output.max_tokens ?? 0) > longest) {
      refuse(at('max_tokens'), output.max_tokens, `makes text of ${longest} tokens at most`);
    }
    return {
      type: output.type,
      format: output.format,
      guidance: own,
      ...(output.type === 'text' && output.max_tokens !== undefined ? { max_tokens: output.max_tokens } : {}),
    };
  });
  return { outputs, steps: chosenSteps, sampler };
}

/** The guidance of an output where the request says none. */
export function usualGuidance({ diffusion: { guidance } }: BundleManifest, modality: Modality): number {
  return guidance.outputs?.[modality] ?? guidance.default;
}

/** What the bundle makes of a modality: the only values that an output may ask for. */
function fixedMedia(output: SubmittedOutput, manifest: BundleManifest): Record<string, number> {
  switch (output.type) {
    case 'text':
      return {};
    case 'image': {
      const { width, height } = manifest.modalities.image!.media;
      return { width, height };
    }
    case 'audio': {
      const { samples, sample_rate: rate } = manifest.modalities.audio!.media;
      return { seconds: samples / rate };
    }
    case 'video': {
      const { width, height, frames, fps } = manifest.modalities.video!.media;
      return { width, height, fps, seconds: frames / fps };
    }
  }
}
