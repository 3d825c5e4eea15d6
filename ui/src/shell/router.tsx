import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';

import { persistently } from '../connection/persistently';
import { Empty, Loading } from '../design/states';
import { chosenIn } from '../pages/modules/sections';
import type { RunKind } from '../pages/runs/queries';
import { PageFault } from './PageFault';
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

const chat = lazyRouteComponent(persistently(() => import('../pages/chat/ChatPage')));
const threads = createRoute({ getParentRoute: () => root, path: '/threads', component: chat });
const thread = createRoute({ getParentRoute: () => root, path: '/threads/$thread', component: chat });
const approvals = createRoute({
  getParentRoute: () => root,
  path: '/approvals',
  component: lazyRouteComponent(persistently(() => import('../pages/approvals/ApprovalsPage'))),
});
const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: ({ kind }: Record<string, unknown>): { kind?: RunKind | undefined } => (isRunKind(kind) ? { kind } : {}),
  component: lazyRouteComponent(persistently(() => import('../pages/runs/RunsPage'))),
});
const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run',
  validateSearch: ({ at, step }: Record<string, unknown>): { at?: number | undefined; step?: string | undefined } => ({
    ...(typeof at === 'number' && { at }),
    ...(typeof step === 'string' && { step }),
  }),
  component: lazyRouteComponent(persistently(() => import('../pages/runs/RunPage'))),
});
const modules = createRoute({
  getParentRoute: () => root,
  path: '/modules',
  component: lazyRouteComponent(persistently(() => import('../pages/modules/ModulesPage'))),
});
const modulePage = lazyRouteComponent(persistently(() => import('../pages/modules/ModulePage')));
const module = createRoute({ getParentRoute: () => root, path: '/modules/$module', component: modulePage, validateSearch: chosenIn });
const moduleSection = createRoute({
  getParentRoute: () => root,
  path: '/modules/$module/$section',
  component: modulePage,
  validateSearch: chosenIn,
});
const modelsPage = lazyRouteComponent(persistently(() => import('../pages/models/ModelsPage')));
const models = createRoute({ getParentRoute: () => root, path: '/models', component: modelsPage });
const modelsPlace = createRoute({ getParentRoute: () => root, path: '/models/$place', component: modelsPage });
const design = createRoute({
  getParentRoute: () => root,
  path: '/design',
  component: lazyRouteComponent(persistently(() => import('../pages/design/DesignPage'))),
});

export const router = createRouter({
  routeTree: root.addChildren([start, threads, thread, runs, run, approvals, modules, module, moduleSection, models, modelsPlace, design]),
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error, reset }) => <PageFault error={error} reset={reset} />,
});

function isRunKind(value: unknown): value is RunKind {
  return value === 'turn' || value === 'build' || value === 'call';
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
