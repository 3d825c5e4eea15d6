import { Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';

import { persistently } from '../connection/persistently';
import { retryNow, useConnection } from '../connection/feed';
import type { Standing } from '../connection/wire';
import { Button, State } from '../design/controls';
import { usePendingApprovals } from '../pages/approvals/queries';
import { Announcements } from './Announcements';
import { Navigation } from './Navigation';
import { PAGES } from './pages';
import { chooseTheme, useTheme, type Theme } from './theme';
import { usePalette } from './usePalette';

const loadPalette = () => import('./Palette');
const Palette = lazy(persistently(loadPalette));

const NEXT_THEME: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

export function Shell() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const pending = usePendingApprovals().data?.items.length ?? 0;
  const { wanted, prepare, show, arriving, ...palette } = usePalette(loadPalette);
  const title = PAGES.find((each) => path.startsWith(each.path))?.title ?? (path === '/design' ? 'Design language' : 'Not found');
  useEffect(() => {
    document.title = `${pending > 0 ? `(${pending}) ` : ''}${title} · NEXUS`;
  }, [title, pending]);
  return (
    <>
      <div className="flex h-full flex-col" inert={palette.open}>
        <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:bg-sheet focus:p-2">
          Skip to the content
        </a>
        <header className="flex h-12 shrink-0 items-center gap-1 border-b border-line bg-sheet px-2 sm:px-4">
          <span className="mr-3 font-mono text-sm font-semibold tracking-[0.18em] max-sm:ml-1">NEXUS</span>
          <Navigation pending={pending} />
          <div className="ml-auto flex items-center gap-1">
            <Button
              weight="quiet"
              className="gap-3"
              aria-keyshortcuts="Control+K"
              onClick={show}
              onPointerEnter={prepare}
              onFocus={prepare}
            >
              Go to <kbd aria-hidden className="rounded-field border border-line px-1 font-mono text-xs max-md:hidden">Ctrl K</kbd>
            </Button>
            <ConnectionState />
            <ThemeSwitch />
          </div>
        </header>
        <SignedOut />
        <main id="content" tabIndex={-1} className="min-h-0 flex-1 outline-none">
          <Outlet />
        </main>
        <Navigation pending={pending} below />
      </div>
      <Announcements />
      {wanted && (
        <Suspense fallback={arriving && <Arriving text={palette.text} />}>
          <Palette {...palette} />
        </Suspense>
      )}
    </>
  );
}

/** Where the palette's field will be, with what was typed already. */
function Arriving({ text }: { text: string }) {
  return (
    <div
      role="status"
      aria-label="The commands are being loaded"
      className="fixed top-[12vh] left-1/2 z-20 h-12 w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 truncate rounded-card border border-edge bg-sheet px-4 leading-12 text-ink shadow-xl"
    >
      {text || <span className="text-soft">Go to, or do …</span>}
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
