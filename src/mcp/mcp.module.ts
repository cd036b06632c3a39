import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module.js';
import { SecurityMonitoringModule } from '../security-monitoring/security-monitoring.module.js';
import { CallRunnerService } from './call-runner.service.js';
import { CompletionMethodsService } from './completion-methods.service.js';
import { InFlightCallsService } from './in-flight-calls.service.js';
import { McpController } from './mcp.controller.js';
import { McpEndpointService } from './mcp-endpoint.service.js';
import { McpServerFactory } from './mcp-server.factory.js';
import { MessageReaderService } from './message-reader.service.js';
import { MessageSpanService } from './message-span.service.js';
import { PromptMethodsService } from './prompt-methods.service.js';
import { ProviderRegistryService } from './provider-registry.service.js';
import { ResourceMethodsService } from './resource-methods.service.js';
import { ScopeChallengeService } from './scope-challenge.service.js';
import { SessionEndpointService } from './sessions/session-endpoint.service.js';
import { SessionListeningService } from './sessions/session-listening.service.js';
import { SessionsService } from './sessions/sessions.service.js';
import { TaskMethodsService } from './tasks/task-methods.service.js';
import { TaskRegistryService } from './tasks/task-registry.service.js';
import { TasksService } from './tasks/tasks.service.js';
import { ToolCallController } from './tool-call.controller.js';
import { ToolDispatcherService } from './tool-dispatcher.service.js';
import { ToolMethodsService } from './tool-methods.service.js';
import { ToolPagesService } from './tool-pages.service.js';
import { ToolRegistryService } from './tool-registry.service.js';
import { UnknownMethodsService } from './unknown-methods.service.js';
import { UnknownPathController } from './unknown-path.controller.js';

/** The protocol: one endpoint for every MCP client, one for scripts. The catch-all comes last. */
@Module({
  imports: [DiscoveryModule, AuthModule, SecurityMonitoringModule],
  controllers: [McpController, ToolCallController, UnknownPathController],
  providers: [
    ToolRegistryService,
    ProviderRegistryService,
    CallRunnerService,
    ToolDispatcherService,
    ScopeChallengeService,
    TaskRegistryService,
    TasksService,
    TaskMethodsService,
    ToolMethodsService,
    ToolPagesService,
    PromptMethodsService,
    ResourceMethodsService,
    CompletionMethodsService,
    UnknownMethodsService,
    McpServerFactory,
    McpEndpointService,
    SessionsService,
    SessionListeningService,
    SessionEndpointService,
    MessageReaderService,
    MessageSpanService,
    InFlightCallsService,
  ],
})
export class McpModule {}
