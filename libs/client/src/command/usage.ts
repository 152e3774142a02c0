/** Wrong use of the command: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `medley: text, image, audio and video, generated jointly

  medley generate ["a prompt"] [--image FILE|URL] [--audio FILE|URL] [--video FILE|URL] --to image,video,audio,text
  medley get ID        what a generation is, and its files with --out
  medley list          the newest generations; --status NAME, --limit N, --cursor FROM
  medley cancel ID
  medley delete ID     erases its inputs and outputs
  medley models        what the service can make
  medley keys          API keys: list (--limit N, --cursor FROM), create NAME, revoke ID; needs a key with the scope admin
  medley doctor        checks the service, Redis, S3, bundles and the sandbox; needs no key

generate
  --to LIST            outputs: any of text, image, audio, video (image)
  --text TEXT          one more text condition
  --image, --audio, --video FILE|URL    conditions; each may be given several times
  --weight NAME=N      weight of a condition: --weight text=1 --weight image=0.5, or by its place: 2=0.3. The prompt is
                       the first, then come those of --text, --image, --audio, --video. Errors count from 0:
                       conditions[1] is the second
  --negative TEXT      what to keep away from
  --model NAME  --seed N  --steps N  --guidance N  --sampler NAME  --samples N
  --format NAME=EXT    file format of an output: image=webp
  --strict             the same bytes whoever shares the machine
  --out FOLDER         where files are saved (.)
  --no-wait            prints the id and returns

keys create
  --scope NAME         read, generate or admin; may be given several times (read, generate)
  --requests-per-minute N|none  --in-flight N|none  --asset-bytes N|none    limits other than the service's own

everywhere
  --json               one line of JSON instead of words
  --url URL  --key KEY or MEDLEY_URL, MEDLEY_KEY; else what npm start left in .medley/running.json, whose key goes to
                       that service alone; MEDLEY_DATA is the folder of another npm start -- --data FOLDER
  --help

exit codes: 0 done, 1 failed, 2 wrong use, 3 the service can't be reached, 130 interrupted
`;
