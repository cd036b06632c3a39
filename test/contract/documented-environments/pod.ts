/** What stands beside a shared profile and beside sign-in alike. */
export const POD = {
  AWS_REGION: 'us-east-1',
  CLOUDWATCH_MCP_SERVER_HOST: '0.0.0.0',
  CLOUDWATCH_MCP_PORT: '3334',
  FASTMCP_LOG_LEVEL: 'INFO',
  HOME: '/home/app',
};

/** A pod in which everybody shares one profile. */
export const SHARED_PROFILE = { ENABLE_AUTH: 'false', AWS_PROFILE: 'saas', ...POD };

/** What the container of the chat in front is given, by which it signs people in. */
export const CHAT_IN_FRONT = {
  OAUTH_CLIENT_ID: 'your-client-id',
  OAUTH_CLIENT_SECRET: 'your-client-secret',
  OAUTH_REDIRECT_URI: 'https://jarvis-demo.yourdomain.com/oauth/callback',
  ENABLE_OAUTH: 'true',
};
