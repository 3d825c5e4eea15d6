import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

export function RunLink({ run, className = 'text-sm underline', children }: { run: string; className?: string; children: ReactNode }) {
  const to: string = `/runs/${run}`;
  return (
    <Link to={to} className={className}>
      {children}
    </Link>
  );
}
