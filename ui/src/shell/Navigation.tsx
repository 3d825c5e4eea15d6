import { Link } from '@tanstack/react-router';
import { clsx } from 'clsx';

import { PAGES } from './pages';

/** The pages: in the header where there is room, at the thumb on a phone. */
export function Navigation({ pending, below = false }: { pending: number; below?: boolean }) {
  return (
    <nav aria-label="Pages" className={clsx('items-stretch', below ? 'flex h-12 shrink-0 border-t border-line bg-sheet sm:hidden' : 'flex h-full max-sm:hidden')}>
      {PAGES.map(({ path, title }) => (
        <Link
          key={path}
          to={path}
          className={clsx(
            'flex items-center justify-center gap-1.5 border-transparent text-soft hover:text-ink',
            below ? 'grow border-t-2 px-1 text-xs' : 'border-b-2 px-2.5 text-sm',
          )}
          activeProps={{ className: '!border-ink !text-ink font-medium', 'aria-current': 'page' }}
        >
          {title}
          {path === '/approvals' && pending > 0 && (
            <span className="min-w-5 rounded-full bg-amber-wash px-1.5 text-center text-xs font-semibold text-amber">
              {pending}
              <span className="sr-only"> waiting</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}
