import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

export function RunLink({ run, className = 'text-sm underline', children }: { run: string; className?: string; children: ReactNode }) {
  return (
    <Link to="/runs/$run" params={{ run }} className={className}>
      {children}
    </Link>
  );
}
