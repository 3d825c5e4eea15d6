import { Button } from '../../design/controls';
import { useDisclosure } from './useDisclosure';

interface ConfirmedProps {
  /** What is done, as the button's name. */
  what: string;
  asks: string;
  busy: boolean;
  go: () => void;
  /** In a row that names its subject, the button need not. */
  isShort?: boolean;
}

/** What cannot be undone is asked once more, in its place. */
export function Confirmed({ what, asks, busy, go, isShort = false }: ConfirmedProps) {
  const { isOpen, open, close, autoFocus } = useDisclosure();
  if (!isOpen) {
    return (
      <Button weight="quiet" aria-label={what} autoFocus={autoFocus} onClick={open}>
        {isShort ? 'Remove' : what}
      </Button>
    );
  }
  return (
    <span className="flex flex-wrap items-center gap-2 text-sm">
      {asks}
      <Button
        autoFocus
        weight="danger"
        disabled={busy}
        onClick={() => {
          close();
          go();
        }}
      >
        Remove
      </Button>
      <Button weight="quiet" onClick={close}>
        Keep
      </Button>
    </span>
  );
}
