import { objectStoreEnvironment } from './env.ts';
import { S3Server } from './s3-server.ts';

/** The object store as a process of its own: it ends with its parent. */
try {
  const server = await S3Server.start(objectStoreEnvironment());
  const stop = () => void server.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('disconnect', stop);
  process.on('SIGINT', () => undefined); // The launcher decides when to stop.
  process.send?.({ type: 'listening', health: server.endpoint });
} catch (error) {
  process.stderr.write(`object store: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
