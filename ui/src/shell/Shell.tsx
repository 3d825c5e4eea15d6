import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';

import { retryNow, useConnection } from '../connection/feed';
import type { Standing } from '../connection/wire';
import { Button, State } from '../design/controls';
import { usePendingApprovals } from '../pages/approvals/queries';
import { PAGES } from './pages';
import { chooseTheme, useTheme, type Theme } from './theme';

const NEXT_THEME: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

export function Shell() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const pending = usePendingApprovals().data?.items.length ?? 0;
  const page = PAGES.find((each) => path.startsWith(each.path));
  useEffect(() => {
    document.title = `${pending > 0 ? `(${pending}) ` : ''}${page?.title ?? 'Not found'} · NEXUS`;
  }, [page, pending]);
  return (
    <div className="flex h-full flex-col">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:bg-sheet focus:p-2">
        Skip to the content
      </a>
      <header className="flex h-12 shrink-0 items-center gap-1 border-b border-line bg-sheet px-2 sm:px-4">
        <span className="mr-3 hidden font-mono text-sm font-semibold tracking-[0.18em] sm:inline">NEXUS</span>
        <nav aria-label="Pages" className="flex h-full items-stretch">
          {PAGES.map(({ path: to, title }) => (
            <Link
              key={to}
              to={to}
              className="flex items-center gap-1.5 border-b-2 border-transparent px-2.5 text-sm text-soft hover:text-ink"
              activeProps={{ className: '!border-ink !text-ink font-medium', 'aria-current': 'page' }}
            >
              {title}
              {to === '/approvals' && pending > 0 && (
                <span className="min-w-5 rounded-full bg-amber-wash px-1.5 text-center text-xs font-semibold text-amber">
                  {pending}
                  <span className="sr-only"> waiting</span>
                </span>
              )}
            </Link>
          ))}
        </nav>
        <div className="ml-auto flex items-center gap-1">
          <ConnectionState />
          <ThemeSwitch />
        </div>
      </header>
      <SignedOut />
      <main id="content" tabIndex={-1} className="min-h-0 flex-1 outline-none">
        <Outlet />
      </main>
    </div>
  );
}

const SAID: Record<Standing, string> = {
  live: 'Live',
  'catching up': 'Catching up',
  connecting: 'Connecting',
  offline: 'Offline',
  'signed out': 'Signed out',
};

function ConnectionState() {
  const { standing } = useConnection();
  return (
    <span role="status" aria-label={`Connection: ${SAID[standing]}`} title="The connection to the service, not the agent's state">
      <State tone="soft" busy={standing !== 'live' && standing !== 'signed out'}>
        <span className={standing === 'live' ? 'sr-only sm:not-sr-only' : ''}>{SAID[standing]}</span>
      </State>
    </span>
  );
}

function ThemeSwitch() {
  const theme = useTheme();
  return (
    <Button
      weight="quiet"
      className="min-w-9 px-2"
      aria-label={`Theme: ${theme}. Change it.`}
      title={`Theme: ${theme}`}
      onClick={() => chooseTheme(NEXT_THEME[theme])}
    >
      <span aria-hidden>{{ system: '◐', light: '○', dark: '●' }[theme]}</span>
    </Button>
  );
}

function SignedOut() {
  const { standing, problem } = useConnection();
  if (standing !== 'signed out') return null;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-amber bg-amber-wash px-4 py-2 text-sm">
      <span>
        <strong className="font-semibold">This browser is not signed in.</strong> Open the one-time link that{' '}
        <code className="font-mono">nexus serve</code> printed, or start it again for a new one.
        {problem !== null && <span className="sr-only"> {problem.detail}</span>}
      </span>
      <Button onClick={() => retryNow()}>I have: try again</Button>
    </div>
  );
}
