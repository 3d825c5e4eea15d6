import { clsx } from 'clsx';
import type { ComponentProps, ReactNode } from 'react';

type Weight = 'primary' | 'plain' | 'quiet' | 'danger';

const WEIGHTS: Record<Weight, string> = {
  primary: 'bg-ink text-sheet border-ink hover:opacity-85',
  plain: 'bg-sheet border-edge hover:bg-raised',
  quiet: 'border-transparent text-soft hover:bg-raised hover:text-ink',
  danger: 'bg-sheet border-edge text-red hover:bg-red-wash',
};

/** How a button looks; a link that stands among buttons looks like one. */
export function buttonLook(weight: Weight = 'plain', className?: string): string {
  return clsx(
    'inline-flex min-h-9 items-center justify-center gap-2 rounded-field border px-3 text-sm font-medium',
    'disabled:cursor-not-allowed disabled:opacity-50',
    WEIGHTS[weight],
    className,
  );
}

export function Button({ weight = 'plain', className, ...rest }: ComponentProps<'button'> & { weight?: Weight }) {
  return <button type="button" className={buttonLook(weight, className)} {...rest} />;
}

export function Field({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <label className="block text-sm">
      <span className="font-medium">{label}</span>
      {hint !== undefined && <span className="block text-soft">{hint}</span>}
      <span className="mt-1 block">{children}</span>
    </label>
  );
}

export function TextInput({ className, ...rest }: ComponentProps<'input'>) {
  return (
    <input
      className={clsx('min-h-9 w-full rounded-field border border-edge bg-sheet px-2.5 text-sm placeholder:text-soft', className)}
      {...rest}
    />
  );
}

/** A hash as people compare it: twelve characters, the whole on demand. */
export function Hash({ of, label }: { of: string; label: string }) {
  return (
    <code className="font-mono text-xs" title={`${label}: ${of}`}>
      {of.slice(0, 12)}
    </code>
  );
}

type Tone = 'amber' | 'green' | 'red' | 'soft';
const TONES: Record<Tone, string> = { amber: 'text-amber', green: 'text-green', red: 'text-red', soft: 'text-soft' };

/** A state in a word, with a dot that breathes while it lasts. */
export function State({ tone, busy = false, children }: { tone: Tone; busy?: boolean; children: ReactNode }) {
  return (
    <span className={clsx('inline-flex items-center gap-1.5 text-sm whitespace-nowrap', TONES[tone])}>
      <span aria-hidden className={clsx('size-1.5 rounded-full bg-current', busy && 'breathing')} />
      {children}
    </span>
  );
}
