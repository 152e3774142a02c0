import { decodeAudio, decodeVideo } from './child/decode-streams.ts';
import { decodeImage, encodeImage } from './child/pictures.ts';
import { encodeAudio, encodeVideo, mux } from './child/encode-streams.ts';
import { RefusedMedium } from './child/refused-medium.ts';
import type { MediaAnswer, MediaJob } from './media-protocol.ts';
import type { MediaReply } from './media-reply.ts';

/** Entry of the sandboxed child: one job at a time; ends with its parent. Started as `probe` it only says by its exit code whether its libraries load. */
if (process.argv[2] === 'probe') {
  await Promise.all([import('sharp'), import('node-av/lib'), import('node-av/api')]);
  process.exit(0);
}

async function perform(job: MediaJob): Promise<MediaAnswer> {
  switch (job.type) {
    case 'decode-image':
      return { numbers: await decodeImage(job.bytes, job.target) };
    case 'decode-audio':
      return { numbers: await decodeAudio(job.bytes, job.demuxer, job.target) };
    case 'decode-video':
      return { numbers: await decodeVideo(job.bytes, job.demuxer!, job.target) };
    case 'encode-image':
      return { bytes: await encodeImage(job.pixels, job.options) };
    case 'encode-audio':
      return { bytes: await encodeAudio(job.waveform, job.sampleRate, job.format, job.provenance) };
    case 'encode-video':
      return { bytes: await encodeVideo(job.pixels, job.fps, job.format, job.provenance) };
    case 'mux':
      return { bytes: await mux(job.video, job.audio, job.audioDemuxer, job.format, job.provenance) };
  }
}

const reply = (message: MediaReply) => void process.send!(message);

process.on('message', (job: MediaJob) => {
  perform(job).then(
    (answer) => reply({ type: 'answer', answer }),
    (error: unknown) => {
      if (error instanceof RefusedMedium) reply({ type: 'refused', code: error.code, message: error.message });
      else reply({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    },
  );
});
process.once('disconnect', () => process.exit(0));
reply({ type: 'ready' });
