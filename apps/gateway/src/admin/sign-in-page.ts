const ESCAPED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** For a person who has no session of an admin key: says why, and where to get one. */
export function signInPage(reason: string): string {
  const words = reason.replace(/[&<>"]/g, (character) => ESCAPED[character]!);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Medley queues</title>
    <style>
      body { max-width: 40rem; margin: 4rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
    </style>
  </head>
  <body>
    <h1>Queues</h1>
    <p>This page is for API keys with the scope admin: ${words}.</p>
    <p><a href="/">Sign in with such a key</a>, then come back.</p>
  </body>
</html>
`;
}
