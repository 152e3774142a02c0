import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerfileParser, type Copy, type Dockerfile, type Instruction } from 'dockerfile-ast';
import { ROOT } from './build-context.ts';

/** What a container of a stage is started with, instructions of the stages below it included. */
export interface Stage {
  name: string;
  user: string | undefined;
  entrypoint: string[];
  command: string[];
  healthCheck: string | undefined;
  environment: Record<string, string>;
}

/** docker/Dockerfile as its stages. */
export class ImageFile {
  readonly #file: Dockerfile = DockerfileParser.parse(readFileSync(join(ROOT, 'docker/Dockerfile'), 'utf8'));

  /** Images of others that stages begin with, their variables resolved. */
  get baseImages(): string[] {
    const names = this.#file.getFROMs().map((from) => from.getBuildStage());
    const images = this.#file.getFROMs().map((from) => this.#resolve(from.getImage()!));
    return [...new Set(images.filter((image) => !names.includes(image)))];
  }

  /** Every COPY: the stage that it takes from, if it is one, and what it takes. */
  get copies(): { from: string | undefined; sources: string[] }[] {
    return this.#file.getCOPYs().map((copy) => ({ from: fromOf(copy), sources: argumentsOf(copy).slice(0, -1) }));
  }

  get stageNames(): string[] {
    return this.#file.getFROMs().flatMap((from) => from.getBuildStage() ?? []);
  }

  /** Throws when there is no such stage. */
  stage(name: string): Stage {
    const [from, ...instructions] = this.#instructionsOf(name);
    const image = this.#resolve(argumentsOf(from!)[0]!);
    const stage: Stage = this.stageNames.includes(image)
      ? this.stage(image)
      : { name, user: undefined, entrypoint: [], command: [], healthCheck: undefined, environment: {} };
    stage.name = name;
    for (const instruction of instructions) apply(stage, instruction);
    return stage;
  }

  #instructionsOf(name: string): Instruction[] {
    const all = this.#file.getInstructions();
    const begins = all.flatMap((instruction, index) => (instruction.getKeyword() === 'FROM' ? [index] : []));
    const begin = begins.find((index) => argumentsOf(all[index]!).at(-1) === name);
    if (begin === undefined) throw new Error(`docker/Dockerfile has no stage ${name}`);
    return all.slice(
      begin,
      begins.find((index) => index > begin),
    );
  }

  #resolve(image: string): string {
    const variable = /^\$\{(\w+)\}$/.exec(image)?.[1];
    if (variable === undefined) return image;
    const value = this.#file.getInitialARGs().find((one) => one.getProperty()?.getName() === variable);
    return value?.getProperty()?.getValue() ?? image;
  }
}

const argumentsOf = (instruction: Instruction): string[] => instruction.getArguments().map((one) => one.getValue());

function fromOf(copy: Copy): string | undefined {
  return (
    copy
      .getFlags()
      .find((flag) => flag.getName() === 'from')
      ?.getValue() ?? undefined
  );
}

function apply(stage: Stage, instruction: Instruction): void {
  const text = instruction.getRawArgumentsContent() ?? '';
  const words = () => JSON.parse(text) as string[];
  switch (instruction.getKeyword()) {
    case 'USER':
      stage.user = text;
      break;
    case 'ENTRYPOINT':
      stage.entrypoint = words();
      break;
    case 'CMD':
      stage.command = words();
      break;
    case 'HEALTHCHECK':
      stage.healthCheck = text;
      break;
    case 'ENV':
      for (const word of argumentsOf(instruction)) {
        const [name, value] = word.split('=') as [string, string];
        stage.environment[name] = value;
      }
  }
}
