import { lazy, Suspense, useRef, useState, type ReactNode } from 'react';

import { ahead, persistently } from '../../connection/persistently';
import { Button } from '../../design/controls';
import type { Choosing } from './choosing';

const loadMenu = () => import('./ModelMenu');
const ModelMenu = lazy(persistently(loadMenu));

interface ModelButtonProps {
  choosing: Choosing;
  title?: string;
  children: ReactNode;
}

/** Who answers: one click shows who else could. The menu comes when it is first likely to be wanted. */
export function ModelButton({ choosing, title, children }: ModelButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [menu, set] = useState<'unseen' | 'open' | 'closed'>('unseen');
  const prepare = () => void ahead(loadMenu);
  return (
    <>
      <Button
        ref={button}
        weight="quiet"
        className="-mx-1.5 min-h-7! max-w-full min-w-0 px-1.5! text-xs! font-normal!"
        title={title}
        aria-haspopup="menu"
        aria-expanded={menu === 'open'}
        onPointerEnter={prepare}
        onFocus={prepare}
        onClick={() => set(menu === 'open' ? 'closed' : 'open')}
      >
        {children}
        <span aria-hidden>▾</span>
      </Button>
      {menu !== 'unseen' && (
        <Suspense>
          <ModelMenu isOpen={menu === 'open'} close={() => set('closed')} button={button} {...choosing} />
        </Suspense>
      )}
    </>
  );
}
