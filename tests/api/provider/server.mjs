// An OpenID Connect provider on this machine. What it is like stands in the file named as argument:
// issuer, port, keys (private JWKs; the first one signs), clients, resources (audience → scope, ttl in
// seconds) and the claims that it adds to every token.
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const told = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const provider = new Provider(told.issuer, {
  jwks: { keys: told.keys },
  cookies: { keys: ['only-for-tests'] },
  clients: told.clients.map((id) => ({
    client_id: id,
    client_secret: `secret-of-${id}`,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    id_token_signed_response_alg: told.keys[0].alg,
  })),
  ttl: { ClientCredentials: (ctx, token) => token.resourceServer.accessTokenTTL },
  extraTokenClaims: () => told.claims,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, audience) => ({
        audience,
        scope: told.resources[audience].scope,
        accessTokenTTL: told.resources[audience].ttl,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: told.keys[0].alg } },
      }),
    },
  },
});

const server = provider.listen(told.port, '127.0.0.1', () => console.log('ready'));
process.stdin.on('end', () => server.close(() => process.exit(0)));  // nobody is left to ask us
process.stdin.resume();
