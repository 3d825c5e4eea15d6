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
  const [isOpen, show] = useState(false);
  const prepare = () => void ahead(loadMenu);
  return (
    <>
      <Button
        ref={button}
        weight="quiet"
        className="-mx-1.5 min-h-7! max-w-full min-w-0 px-1.5! text-xs! font-normal!"
        title={title}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onPointerEnter={prepare}
        onFocus={prepare}
        onClick={() => show(!isOpen)}
      >
        {children}
        <span aria-hidden>▾</span>
      </Button>
      {isOpen && (
        <Suspense>
          <ModelMenu button={button} close={() => show(false)} chosen={choosing.chosen} choose={choosing.choose} />
        </Suspense>
      )}
    </>
  );
}
