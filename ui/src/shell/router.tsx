import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';

import { Empty, Failure, Loading } from '../design/states';
import { Shell } from './Shell';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => <Empty title="There is no such page.">Choose one from the navigation.</Empty>,
});

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- how this router redirects
    throw redirect({ to: '/threads', replace: true });
  },
});

const chat = lazyRouteComponent(() => import('../pages/chat/ChatPage'));
const threads = createRoute({ getParentRoute: () => root, path: '/threads', component: chat });
const thread = createRoute({ getParentRoute: () => root, path: '/threads/$thread', component: chat });
const approvals = createRoute({
  getParentRoute: () => root,
  path: '/approvals',
  component: lazyRouteComponent(() => import('../pages/approvals/ApprovalsPage')),
});

export const router = createRouter({
  routeTree: root.addChildren([start, threads, thread, approvals]),
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
