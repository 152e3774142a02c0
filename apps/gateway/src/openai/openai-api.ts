import type { Provider } from '@nestjs/common';
import type { ApiParts } from '../api-module.ts';
import { Images } from './images.ts';
import { ImagesController } from './images.controller.ts';
import { OpenAiModelsController } from './models.controller.ts';
import { OpenAiGenerations } from './openai-generations.ts';
import { SpeechController } from './speech.controller.ts';
import { Videos } from './videos.ts';
import { VideosController } from './videos.controller.ts';

/** Images, speech, videos and models of OpenAI's HTTP API under /openai/v1. */
export const OPENAI_CONTROLLERS = [ImagesController, SpeechController, VideosController, OpenAiModelsController];

export function openAiProviders(parts: ApiParts): Provider[] {
  const generations = new OpenAiGenerations(parts);
  const media = { ...parts, generations, library: parts.assets };
  return [
    { provide: OpenAiGenerations, useValue: generations },
    { provide: Images, useValue: new Images(media) },
    { provide: Videos, useValue: new Videos(media) },
  ];
}
