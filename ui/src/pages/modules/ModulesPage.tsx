import { Link } from '@tanstack/react-router';

import type { Schemas } from '../../api/client';
import { Hash } from '../../design/controls';
import { Moment } from '../../design/Moment';
import { Empty, Failure, Loading } from '../../design/states';
import { hostName } from './words';
import { useModules } from './queries';
import { Who } from './Who';

/** What is installed. */
export default function ModulesPage() {
  const { data, error, refetch } = useModules();
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-5xl px-3 py-6 sm:px-6">
        <h1 className="text-xl font-semibold">Modules</h1>
        {error !== null && data === undefined && <Failure error={error} retry={() => void refetch()} />}
        {error === null && data === undefined && <Loading />}
        {data?.items.length === 0 && (
          <Empty title="No module is installed yet.">
            Attach an API description in{' '}
            <Link to="/threads" className="underline">
              a conversation
            </Link>{' '}
            and say “build a module from this file”. It is proven in the sandbox, and installed once you approve its card.
          </Empty>
        )}
        {data !== undefined && data.items.length > 0 && (
          <ul className="mt-4 divide-y divide-line overflow-hidden rounded-card border border-line bg-sheet">
            {data.items.map((each) => (
              <Row key={each.name} module={each} />
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function Row({ module }: { module: Schemas['ListedModule'] }) {
  return (
    <li>
      <Link
        to="/modules/$module"
        params={{ module: module.name }}
        className="grid gap-x-6 gap-y-1 px-4 py-3 hover:bg-raised sm:grid-cols-[1fr_auto]"
      >
        <span className="min-w-0">
          <span className="font-medium">{module.title || module.name}</span>{' '}
          <code className="font-mono text-xs text-soft">{module.name}</code>
          <span className="line-clamp-2 text-sm break-words text-soft">{module.description}</span>
          <span className="block truncate font-mono text-xs text-soft">{module.hosts.map(hostName).join(' · ') || 'reaches no host'}</span>
        </span>
        <span className="text-sm sm:text-right">
          <span className="sm:block">
            Version {module.version} <Hash of={module.bundle_sha256} label="SHA-256 of the bundle" />
          </span>
          <span className="text-soft before:content-['_·_'] sm:block sm:before:content-none">
            {module.operations} {module.operations === 1 ? 'operation' : 'operations'}
          </span>
          <span className="block text-xs text-soft">
            Installed <Moment at={module.installed_at} /> by <Who id={module.installed_by} />
          </span>
        </span>
      </Link>
    </li>
  );
}
