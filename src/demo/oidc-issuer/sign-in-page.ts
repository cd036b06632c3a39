import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type Provider from 'oidc-provider';
import { DEMO_USERS, findDemoUser } from './users.js';

/**
 * `/interaction/<uid>`: a form that asks who you are, without a password, and consents for you. An unknown user name
 * gets the form again with 403; a second sign-in in the same browser is not asked.
 */
export async function answerInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const interaction = await provider.interactionDetails(request, response);
  if (interaction.prompt.name !== 'login') {
    return provider.interactionFinished(request, response, { consent: {} }, { mergeWithLastSubmission: true });
  }
  if (request.method !== 'POST') return sendPage(response, 200, '');

  const user = new URLSearchParams(await text(request)).get('user') ?? '';
  if (findDemoUser(user) === undefined) return sendPage(response, 403, 'There is no such user here.');
  return provider.interactionFinished(request, response, { login: { accountId: user }, consent: {} });
}

function sendPage(response: ServerResponse, status: number, problem: string): void {
  const buttons = Object.entries(DEMO_USERS).map(
    ([subject, { name }]) => `<button name="user" value="${subject}">${name} <small>(${subject})</small></button>`,
  );
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Demo sign-in</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 24rem; margin: 4rem auto; padding: 0 1rem; color-scheme: light dark }
  button { display: block; width: 100%; margin: .5rem 0; padding: .75rem; font: inherit; text-align: left; cursor: pointer }
</style>
<h1>Who are you today?</h1>
<p>This is the demo's own identity provider: it asks for no password and runs on this machine only.</p>
<p role="alert">${problem}</p>
<form method="post">${buttons.join('')}</form>
</html>
`);
}
