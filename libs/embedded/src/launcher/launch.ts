import { HELP, parseArguments } from './arguments.ts';
import { DataFolder } from './data-folder.ts';
import { Deployment } from './deployment.ts';
import { launcherEnvironment } from './env.ts';
import { greeting } from './greeting.ts';
import { LauncherError } from './launcher-error.ts';
import { checkPortFree } from './loopback.ts';
import { readSecrets } from './secrets.ts';

/** `npm start`: runs until it is told to stop. Resolves with the exit code. */
export async function launch(argv: readonly string[], root: string, stop: StopRequests): Promise<number> {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  let folder: DataFolder | undefined;
  let deployment: Deployment | undefined;
  try {
    const environment = launcherEnvironment();
    const args = parseArguments(argv, environment.folder, root);
    if (args.help) {
      process.stdout.write(HELP);
      return 0;
    }
    folder = await DataFolder.open(args.data);
    if (args.port !== 0) await checkPortFree(args.port);
    const secrets = await readSecrets(folder.path);
    const { key } = secrets;
    deployment = new Deployment({ args, environment, folder, secrets, root, say });
    const stopped = stop.first.then(() => undefined);
    void stop.second.then(() => deployment?.kill());
    const started = await Promise.race([deployment.start(), stopped]);
    if (started !== undefined) {
      const { url, bundles } = started;
      const { processes, health } = deployment;
      await folder.announce({ url, key, pid: process.pid, processes, health });
      const line = args.json ? `${JSON.stringify({ url, key })}\n` : greeting(url, key, folder.path, bundles);
      process.stdout.write(line);
      await stopped;
    }
    return 0;
  } catch (error) {
    say(`medley: ${error instanceof LauncherError ? error.message : ((error as Error).stack ?? String(error))}`);
    return 1;
  } finally {
    await deployment?.stop();
    await folder?.close();
  }
}

/** What tells the launcher to stop. */
export interface StopRequests {
  first: Promise<void>;
  /** Somebody is impatient. */
  second: Promise<void>;
}
