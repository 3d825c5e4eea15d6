import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';

import type { Schemas } from '../../api/client';
import { Button, Hash } from '../../design/controls';
import { Moment } from '../../design/Moment';
import { intoView, sectionLook } from '../../design/sections';
import { Empty, Failure, Loading } from '../../design/states';
import { Changes } from './Changes';
import { Files } from './Files';
import { LastRuns } from './LastRuns';
import { Moved } from './Moved';
import { Operations } from './Operations';
import { useModule, useMove, useVersions, type Move } from './queries';
import { Reach } from './Reach';
import { Report } from './Report';
import { SECTIONS, type Section } from './sections';
import { Versions } from './Versions';
import { Who } from './Who';

/** One installed module: what it is, and one of its sections. */
export default function ModulePage() {
  const { module = '', section = 'operations' } = useParams({ strict: false });
  const { data, error, refetch } = useModule(module);
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  return <Installed key={module} module={data} section={section} />;
}

function Installed({ module, section }: { module: Schemas['InstalledModule']; section: string }) {
  const move = useMove(module.name);
  const [moved, tell] = useState<Move | null>(null);
  const go = (to: Move) => move.mutate(to, { onSuccess: () => tell(to) });
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-5xl px-3 py-6 sm:px-6">
        <Header module={module} go={go} busy={move.isPending} />
        {move.error !== null && <Failure error={move.error} />}
        {moved !== null && <Moved moved={moved} title={module.title || module.name} go={go} busy={move.isPending} dismiss={() => tell(null)} />}
        <nav aria-label={`About ${module.title || module.name}`} className="mt-5 flex gap-x-1 overflow-x-auto border-b border-line">
          {SECTIONS.map((each) => (
            <Link
              key={each.section}
              to="/modules/$module/$section"
              params={{ module: module.name, section: each.section }}
              aria-current={each.section === section ? 'page' : undefined}
              ref={each.section === section ? intoView : undefined}
              className={sectionLook(each.section === section)}
            >
              {each.title}
            </Link>
          ))}
        </nav>
        <div className="pt-5">
          <Content module={module} section={section as Section} go={go} busy={move.isPending} />
        </div>
      </div>
    </div>
  );
}

interface Moving {
  module: Schemas['InstalledModule'];
  go: (to: Move) => void;
  busy: boolean;
}

function Content({ module, section, go, busy }: Moving & { section: Section }) {
  switch (section) {
    case 'operations':
      return <Operations module={module} />;
    case 'reach':
      return <Reach module={module} />;
    case 'files':
      return <Files module={module.name} active={module.version} />;
    case 'report':
      return <Report module={module} />;
    case 'versions':
      return <Versions module={module.name} go={go} busy={busy} />;
    case 'changes':
      return <Changes module={module.name} active={module.version} />;
    case 'runs':
      return <LastRuns module={module.name} />;
    default:
      return <Empty title="There is no such section.">Choose one above.</Empty>;
  }
}

function Header({ module, go, busy }: Moving) {
  const versions = useVersions(module.name).data?.items ?? [];
  const former = versions.find(({ number }) => number < module.version);
  return (
    <header className="flex flex-wrap items-start gap-x-6 gap-y-3">
      <div className="min-w-0 flex-1 basis-72">
        <Link to="/modules" className="text-sm text-soft underline">
          All modules
        </Link>
        <h1 className="text-xl font-semibold break-words">
          {module.title || module.name} <code className="font-mono text-sm font-normal text-soft">{module.name}</code>
        </h1>
        <p className="mt-1 max-w-prose text-sm break-words text-soft">{module.description}</p>
        <p className="mt-1 text-sm">
          Version {module.version} · <Hash of={module.bundle_sha256} label="SHA-256 of the bundle" />
          <span className="text-soft">
            {' '}
            · installed <Moment at={module.installed_at} /> by <Who id={module.installed_by} />
          </span>
        </p>
      </div>
      {former !== undefined && (
        <Button disabled={busy} onClick={() => go({ version: former.number, was: module.version })}>
          Roll back to version {former.number}
        </Button>
      )}
    </header>
  );
}
