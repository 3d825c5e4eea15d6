/// <reference lib="webworker" />
import { Hub } from './hub';
import type { FromTab } from './wire';

const scope = self as unknown as SharedWorkerGlobalScope;
const ports = new Set<MessagePort>();
const hub = new Hub((message) => ports.forEach((port) => port.postMessage(message)), scope);

scope.addEventListener('connect', (connection) => {
  const port = connection.ports[0];
  if (port === undefined) return;
  port.addEventListener('message', (message: MessageEvent<FromTab>) => {
    if (message.data.kind === 'join') ports.add(port);
    if (message.data.kind === 'leave') ports.delete(port);
    hub.take(message.data, (answer) => port.postMessage(answer));
  });
  port.start();
});
