// The provider: everything as it comes but for the client, and claims that tell a role.
import Provider from "oidc-provider";

const told = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${told.port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: told.client_id,
      client_secret: told.client_secret,
      redirect_uris: [`${told.board}/sign-in/oidc/return`],
      post_logout_redirect_uris: [`${told.board}/sign-in`],
      token_endpoint_auth_method: told.method ?? "client_secret_basic",
    },
  ],
  clientAuthMethods: [told.method ?? "client_secret_basic"],
  claims: { openid: ["sub"], profile: ["preferred_username"], team: ["roles"] },
  scopes: ["openid", "profile", "email", "team"],
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ["of a provider that lives for one test"] },
  async findAccount(ctx, id) {
    const [role, name] = id.split(".");
    return {
      accountId: id,
      claims: async () => ({ sub: id, preferred_username: name, roles: [role] }),
    };
  },
});

provider.listen(told.port, "127.0.0.1", () => console.log("ready"));
