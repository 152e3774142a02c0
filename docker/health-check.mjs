// Asks a process of this container for its health; ends with 1 when it is not well. readyz asks for more than healthz.
const [route = 'healthz'] = process.argv.slice(2);
const answer = await fetch(`http://127.0.0.1:${process.env.METRICS_PORT}/${route}`, {
  signal: AbortSignal.timeout(4_000),
});
if (!answer.ok) {
  console.error(await answer.text());
  process.exit(1);
}
