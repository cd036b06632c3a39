import { AppBridge, type McpUiHostContext, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

type ToolResult = Parameters<AppBridge['sendToolResult']>[0];

const heights: number[] = [];
let bridge: AppBridge | undefined;

/** Shows a page in a frame without an origin, as clients do, and resolves when the page has introduced itself. */
async function open(address: string, hostContext: McpUiHostContext): Promise<void> {
  await bridge?.close();
  const frame = document.createElement('iframe');
  frame.sandbox.add('allow-scripts');
  frame.title = 'view';
  document.body.replaceChildren(frame);
  const { contentWindow } = frame;
  if (contentWindow === null) throw new Error('The frame has no window');
  const opened = new AppBridge(null, { name: 'host', version: '1.0.0' }, {}, { hostContext });
  bridge = opened;
  opened.addEventListener('sizechange', ({ height }) => {
    if (height === undefined) return;
    heights.push(height);
    if (!('height' in (hostContext.containerDimensions ?? {}))) frame.style.height = `${height}px`;
  });
  const ready = new Promise<void>((resolve) => opened.addEventListener('initialized', () => resolve()));
  await opened.connect(new PostMessageTransport(contentWindow, contentWindow));
  const fixed = hostContext.containerDimensions;
  if (fixed !== undefined && 'height' in fixed) frame.style.height = `${fixed.height}px`;
  frame.src = address;
  await ready;
}

/** What a test asks of the client. */
const client = {
  open,
  heights,
  show: async (args: Record<string, unknown>, result: ToolResult): Promise<void> => {
    await bridge?.sendToolInput({ arguments: args });
    await bridge?.sendToolResult(result);
  },
  cancel: (reason: string) => bridge?.sendToolCancelled({ reason }),
  change: (context: McpUiHostContext) => bridge?.setHostContext(context),
  teardown: () => bridge?.teardownResource({}),
  introduced: () => ({ app: bridge?.getAppVersion(), capabilities: bridge?.getAppCapabilities() }),
};

Object.assign(window, { client });
