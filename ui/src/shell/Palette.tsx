import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useNavigate } from '@tanstack/react-router';

import { usePendingApprovals } from '../pages/approvals/queries';
import { useThreads } from '../pages/chat/queries';
import { useModules } from '../pages/modules/queries';
import { PAGES } from './pages';
import { chooseTheme } from './theme';

interface Command {
  value: string;
  label: string;
  run: () => unknown;
}

interface Group {
  value: string;
  items: Command[];
}

interface PaletteProps {
  open: boolean;
  close: () => void;
  text: string;
  type: (text: string) => void;
  /** Its field has the focus: from here on it hears itself what is typed. */
  arrived: () => void;
}

/** Every place and command by its name, from the keyboard. */
export default function Palette({ open, close, ...field }: PaletteProps) {
  return (
    <Dialog.Root open={open} onOpenChange={(stays) => !stays && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-20 bg-ink/30" />
        <Dialog.Popup
          aria-label="Commands"
          className="fixed top-[12vh] left-1/2 z-20 flex max-h-[70vh] w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 flex-col overflow-hidden rounded-card border border-edge bg-sheet text-ink shadow-xl outline-none"
        >
          <Commands close={close} {...field} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Commands({ close, text, type, arrived }: Omit<PaletteProps, 'open'>) {
  const groups = useCommands();
  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      value={text}
      onValueChange={type}
      autoHighlight="always"
      keepHighlight
      itemToStringValue={(item: Command) => item.label}
    >
      <Autocomplete.Input
        onFocus={({ currentTarget }) => {
          currentTarget.setSelectionRange(text.length, text.length);
          arrived();
        }}
        aria-label="Go to a page, a conversation or a module, or give a command"
        placeholder="Go to, or do …"
        className="h-12 w-full shrink-0 border-b border-line bg-sheet px-4 outline-none placeholder:text-soft"
      />
      <div className="overflow-y-auto p-2">
        <Autocomplete.Empty>
          <p className="px-2 py-6 text-center text-sm text-soft empty:hidden">Nothing is called so.</p>
        </Autocomplete.Empty>
        {/* The field alone points at the row that Enter takes. */}
        <Autocomplete.List aria-label="Pages, commands and more" aria-activedescendant={undefined}>
          {(group: Group) => (
            <Autocomplete.Group key={group.value} items={group.items}>
              <Autocomplete.GroupLabel className="px-2 pt-2 pb-1 text-xs text-soft">{group.value}</Autocomplete.GroupLabel>
              <Autocomplete.Collection>
                {(item: Command) => (
                  <Autocomplete.Item
                    key={item.value}
                    value={item}
                    className="cursor-pointer truncate rounded-field px-2 py-2 text-sm data-[highlighted]:bg-raised"
                    render={(props, { highlighted }) => <div {...props} aria-selected={highlighted} />}
                    onClick={() => {
                      close();
                      item.run();
                    }}
                  >
                    {item.label}
                  </Autocomplete.Item>
                )}
              </Autocomplete.Collection>
            </Autocomplete.Group>
          )}
        </Autocomplete.List>
      </div>
    </Autocomplete.Root>
  );
}

/** What there is now: pages, cards that wait, conversations, modules, and what the shell can do. */
function useCommands(): Group[] {
  const go = useNavigate();
  const threads = useThreads('').data?.pages[0]?.items ?? [];
  const modules = useModules().data?.items ?? [];
  const cards = usePendingApprovals().data?.items ?? [];
  const groups: Group[] = [
    {
      value: 'Pages',
      items: PAGES.map(({ path, title }) => ({ value: path, label: title, run: () => go({ to: path }) })),
    },
    {
      value: 'Commands',
      items: [
        { value: 'new', label: 'New conversation', run: () => go({ to: '/threads' }) },
        { value: 'light', label: 'Theme: light', run: () => chooseTheme('light') },
        { value: 'dark', label: 'Theme: dark', run: () => chooseTheme('dark') },
        { value: 'system', label: 'Theme: as the system', run: () => chooseTheme('system') },
        { value: 'design', label: 'Design language', run: () => go({ to: '/design' }) },
      ],
    },
    {
      value: 'Waiting for you',
      items: cards.map(({ id, title }) => ({ value: id, label: title, run: () => go({ to: '/approvals' }) })),
    },
    {
      value: 'Modules',
      items: modules.map(({ name, title }) => ({
        value: `module ${name}`, label: title || name, run: () => go({ to: '/modules/$module', params: { module: name } }),
      })),
    },
    {
      value: 'Conversations',
      items: threads.map(({ id, title }) => ({
        value: id, label: title || 'Untitled', run: () => go({ to: '/threads/$thread', params: { thread: id } }),
      })),
    },
  ];
  return groups.filter(({ items }) => items.length > 0);
}
